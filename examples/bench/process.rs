//! What the system knows of a process: the CPU time it took, the memory it holds. Only Linux tells it like this.

use std::time::Duration;

use super::{Measured, pause};

/// Seconds of CPU that a process has used, with those of its threads that ended.
pub fn cpu_seconds(pid: u32) -> Measured<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit_once(") ").ok_or("no stat")?.1.split(' ').collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u32>().ok()).ok_or("no stat");
    Ok(f64::from(ticks(11)? + ticks(12)?) / 100.0)
}

/// Seconds of CPU that this thread has used.
pub fn own_cpu_seconds() -> Measured<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(told.split(' ').next().ok_or("no schedstat")?.parse::<f64>()? / 1e9)
}

/// Kilobytes of a process that are in memory.
pub fn resident_kilobytes(pid: u32) -> Measured<f64> {
    read_status(pid, "VmRSS:")
}

/// The most kilobytes that were in memory at once, since [`forget_peak`].
pub fn peak_kilobytes(pid: u32) -> Measured<f64> {
    read_status(pid, "VmHWM:")
}

/// What is in memory now counts as the peak.
pub fn forget_peak(pid: u32) -> Measured<()> {
    Ok(std::fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

/// Waits until a process has nothing to do for two seconds, at most three minutes.
pub fn come_to_rest(pid: u32) -> Measured<()> {
    for _ in 0..90 {
        let before = cpu_seconds(pid)?;
        pause(Duration::from_secs(2));
        if cpu_seconds(pid)? - before < 0.1 {
            return Ok(());
        }
    }
    Err("it does not come to rest".into())
}

/// How often threads of a process were woken after they had waited for something.
pub fn wakes(pid: u32) -> Measured<f64> {
    let mut all = 0.0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = std::fs::read_to_string(thread?.path().join("status"))?;
        let told =
            status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).ok_or("no such line in status")?;
        all += told.trim().parse::<f64>()?;
    }
    Ok(all)
}

fn read_status(pid: u32, name: &str) -> Measured<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line in status")?;
    Ok(line.split_whitespace().next().ok_or("no number in status")?.parse()?)
}
