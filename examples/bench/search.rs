//! The search among more and more shares: rare words, two words, a beginning, a facet, and the most common word. Every class is
//! asked over HTTP, each time in other words, and the growth is told beside the slowest twentieth.

use std::time::Instant;

use archipel::{
    config::Clock,
    domain::{
        actor::{Actor, ActorKind},
        language::LanguageTag,
        links::Links,
        moment::Moment,
        share::{Form, Outcome, PublicId, Share, ShareKind},
        text::Html,
    },
    storage::{Failed, Tx, actor, listing, share},
};
use url::Url;

use super::{
    Bench, Measured,
    instance::Instance,
    number,
    process::{come_to_rest, cpu_seconds, resident_kilobytes},
    report::{Figure, quantile},
};

/// Labs for each share, and hosts that they live at.
const SHARES_PER_LAB: usize = 10;
const HOSTS: usize = 40;
/// How many different words there are; the n-th most common is said n times more seldom than the first.
const VOCABULARY: usize = 20_000;
/// Rows of one transaction.
const BATCH: usize = 500;

/// What is asked, and whether it has an aim of its own.
const CLASSES: [&str; 6] = ["rare", "two words", "beginning", "facet", "most common word", "common word and facet"];

/// Measures every class at each size.
pub fn measure(bench: &Bench) -> Measured<()> {
    let instance = bench.found()?;
    let most = bench.options.shares();
    let sizes = [100, 1_000, 10_000, 100_000, most].into_iter().filter(|size| *size <= most);
    let mut sizes: Vec<usize> = sizes.collect();
    sizes.dedup();
    let mut library = Library::open(&instance)?;
    let mut slowest: Vec<Vec<f64>> = vec![Vec::new(); CLASSES.len()];
    for size in &sizes {
        let rate = library.grow(*size)?;
        bench.report.note(&format!("{size} shares: indexed"), &Figure::one(rate, "per second"));
        come_to_rest(instance.pid()?)?;
        for (class, name) in CLASSES.iter().enumerate() {
            let cpu = cpu_seconds(instance.pid()?)?;
            let rounds: Vec<Vec<f64>> =
                (0..bench.options.repeats()).map(|_| ask(bench, &instance, class, *size)).collect::<Measured<_>>()?;
            let asked = rounds.iter().map(Vec::len).sum();
            let cpu = (cpu_seconds(instance.pid()?)? - cpu) * 1_000.0 / number(asked);
            bench.report.note(&format!("{name}, {size} shares, CPU of the server"), &Figure::one(cpu, "ms"));
            let figure = Figure::of(rounds.iter().map(|times| quantile(times, 0.95)).collect(), "ms");
            slowest[class].push(figure.median());
            let what = format!("{name}, {size} shares, p95");
            if Some(size) == sizes.last() {
                bench.report.at_most(&what, &figure, aim(&instance));
            } else {
                bench.report.note(&what, &figure);
            }
        }
    }
    for (class, name) in CLASSES.iter().enumerate() {
        bench.report.at_most(&format!("{name}: growth, log-log slope"), &Figure::one(slope(&sizes, &slowest[class]), ""), 0.35);
    }
    bench.report.note("resident afterwards", &Figure::one(resident_kilobytes(instance.pid()?)? / 1_024.0, "MB"));
    Ok(())
}

fn aim(instance: &Instance) -> f64 {
    if instance.federation().store.has_single_writer() { 15.0 } else { 30.0 }
}

/// Milliseconds of each question of a class.
fn ask(bench: &Bench, instance: &Instance, class: usize, size: usize) -> Measured<Vec<f64>> {
    let times = bench.options.pick(200, 5);
    (0..times).map(|time| instance.time(&question(class, time, size))).collect()
}

fn question(class: usize, time: usize, size: usize) -> String {
    let (common, middle) = (time % 20, 50 + time * 7 % 400);
    match class {
        0 => format!("/search?q={}", word(VOCABULARY - 1 - time * 31 % (VOCABULARY / 2))),
        1 => format!("/search?q={}+{}+", word(middle), word(common)),
        2 => format!("/search?q={}", &word(middle)[..3 + time % 3]),
        3 => format!("/search?outcome=did_not_work&host=host{}.example&q={}+", time % HOSTS, word(middle)),
        4 => format!("/search?q={}+&page={}", word(0), 1 + time % 3),
        _ => format!("/search?q={}+&kind=story&language={}", word(0), if size % 2 == time % 2 { "nl" } else { "en" }),
    }
}

/// The slope of a line through the logarithms; 1 is linear.
fn slope(sizes: &[usize], times: &[f64]) -> f64 {
    let (first, last) = (sizes.first().zip(times.first()), sizes.last().zip(times.last()));
    match (first, last) {
        (Some((few, fast)), Some((many, slow))) if many > few => (slow / fast).ln() / (number(*many) / number(*few)).ln(),
        _ => 0.0,
    }
}

/// A word that nobody has: letters that follow from its number, so that many begin alike and none is a prefix of all.
fn word(number: usize) -> String {
    const BEGINS: [&str; 20] = [
        "ber", "dol", "fan", "gor", "hul", "kam", "lin", "mos", "nar", "pel", "rib", "sol", "tan", "vur", "wil", "zom", "bra",
        "klo", "sta", "tre",
    ];
    const ENDS: [&str; 10] = ["ak", "op", "ul", "im", "ot", "ur", "ip", "om", "al", "ek"];
    let (first, rest) = (number % 20, number / 20);
    let (second, third) = (rest / 10 % 20, rest / 200 % 20);
    format!("{}{}{}{}", BEGINS[first], ENDS[rest % 10], BEGINS[second], ENDS[(third + rest) % 10])
}

/// Labs and shares, more and more of them.
struct Library<'a> {
    instance: &'a Instance,
    like: Actor,
    labs: Vec<Actor>,
    shares: usize,
    dice: u64,
}

impl<'a> Library<'a> {
    fn open(instance: &'a Instance) -> Measured<Self> {
        let like = instance.federation().store.read_now(|tx| actor::find_local(tx, "bench"))?.ok_or("no lab")?;
        Ok(Self { instance, like, labs: Vec::new(), shares: 0, dice: 0x2545_f491_4f6c_dd1d })
    }

    /// Adds until there are so many shares, and a tenth as many labs; how many per second.
    fn grow(&mut self, size: usize) -> Measured<f64> {
        let (begun, before) = (Instant::now(), self.shares);
        let store = self.instance.federation().store.clone();
        while self.shares < size {
            let some = BATCH.min(size - self.shares);
            store.write_now(|tx| (0..some).try_for_each(|_| self.add(tx)))?;
        }
        Ok(number(self.shares - before) / begun.elapsed().as_secs_f64())
    }

    fn add(&mut self, tx: &mut Tx<'_>) -> Result<(), Failed> {
        if self.shares.is_multiple_of(SHARES_PER_LAB) {
            self.add_lab(tx)?;
        }
        self.shares += 1;
        let number = self.roll(self.labs.len());
        let lab = self.labs[number].clone();
        share::add(tx, &self.write(&lab)?).map(|_| ())
    }

    fn add_lab(&mut self, tx: &mut Tx<'_>) -> Result<(), Failed> {
        let place = self.labs.len();
        let links = Links::new(url(&format!("https://host{}.example/", place % HOSTS))?);
        let handle = format!("lab_{place}");
        let uri = links.actor(ActorKind::Lab, &handle);
        let mut lab = Actor {
            local: false,
            host: format!("host{}.example", place % HOSTS),
            name: self.words(3),
            summary: Html::sanitise(&format!("<p>{}</p>", self.words(25))),
            page: uri.clone(),
            inbox: url(&format!("{uri}/inbox"))?,
            handle,
            uri,
            ..self.like.clone()
        };
        lab.id = actor::save(tx, &lab)?;
        listing::confirm(tx, &lab, None, Clock::System.now())?;
        self.labs.push(lab);
        Ok(())
    }

    fn write(&mut self, lab: &Actor) -> Result<Share, Failed> {
        let public_id = PublicId::from_random(u64::try_from(self.shares).unwrap_or_default());
        let uri = lab.uri.join(&format!("/shares/{}", self.shares)).map_err(Failed::because("write a share"))?;
        let at = moment(1_600_000_000_000 + i64::try_from(self.roll(180_000_000)).unwrap_or_default() * 1_000);
        let lead = self.words(20);
        let content = Html::sanitise(&format!("<p>{lead}.</p><p>{}</p><p>{}</p>", self.words(50), self.words(50)));
        let language = if self.roll(3) == 0 { "en" } else { "nl" };
        let language = LanguageTag::parse(language).map_err(|_| Failed::new("write a share", "no language"))?;
        Ok(Share {
            id: 0,
            public_id,
            page: uri.clone(),
            uri,
            lab: lab.id,
            author: lab.id,
            local: false,
            kind: ShareKind::ALL[self.roll(ShareKind::ALL.len())],
            title: self.words(6),
            summary: lead,
            body: String::new(),
            content,
            language,
            licence: None,
            outcome: Outcome::ALL.get(self.roll(6)).copied(),
            form: Form::Article,
            tags: Vec::new(),
            mentions: Vec::new(),
            picture: None,
            published_at: at,
            updated_at: at,
            revision: 1,
        })
    }

    /// So many words, the common ones often.
    fn words(&mut self, count: usize) -> String {
        let words: Vec<String> = (0..count).map(|_| word(self.pick())).collect();
        words.join(" ")
    }

    /// A word by Zipf's law: the logarithm of its place is evenly spread.
    fn pick(&mut self) -> usize {
        let even = number(self.roll(1 << 30)) / number(1 << 30);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
        let place = number(VOCABULARY).powf(even) as usize;
        place.saturating_sub(1).min(VOCABULARY - 1)
    }

    /// A number below this one; the same each time.
    fn roll(&mut self, below: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        usize::try_from(self.dice >> 11).unwrap_or_default() % below.max(1)
    }
}

fn url(text: &str) -> Result<Url, Failed> {
    Url::parse(text).map_err(Failed::because("write a share"))
}

fn moment(millis: i64) -> Moment {
    archipel::domain::moment::from_millis(millis)
}
