//! Writers that wait at the same time share one commit: each in a savepoint of its own, so that what fails takes nothing
//! else along. None is answered before the commit, and none waits for others to come.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::{Failed, Tx, passing};

/// Most writers of one commit: the first of them waits for the last.
const MOST: usize = 64;

/// Writers that wait for their turn.
#[derive(Clone, Default)]
pub(super) struct Line {
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    writers: VecDeque<Box<dyn Writer>>,
    led: bool,
}

/// The duty to let everyone in the line write. Where it is dropped before that is done, whoever still waits is told so.
pub(super) struct Lead {
    line: Line,
    over: bool,
}

/// One who waits, whatever it writes.
pub(super) trait Writer: Send {
    /// Writes; `false` where nothing of it may stay.
    fn write(&mut self, tx: &mut Tx<'_>) -> bool;

    /// Tells whoever asked what came of it.
    fn answer(self: Box<Self>, committed: Result<(), &Failed>);
}

struct Asked<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    asker: oneshot::Sender<Result<T, E>>,
}

impl Line {
    /// Takes a place; with the lead where nobody has it.
    pub(super) fn join<F, T, E>(&self, work: F) -> (oneshot::Receiver<Result<T, E>>, Option<Lead>)
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Failed> + Send + 'static,
    {
        let (asker, answer) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.writers.push_back(Box::new(Asked { work: Some(work), result: None, asker }));
        let lead = (!waiting.led).then(|| Lead { line: self.clone(), over: false });
        waiting.led = true;
        (answer, lead)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lead {
    /// Those who write next, in the order they came; nobody where the line is empty, and the lead is over.
    pub(super) fn next(&mut self) -> Vec<Box<dyn Writer>> {
        let mut waiting = self.line.lock();
        let many = waiting.writers.len().min(MOST);
        waiting.led = many > 0;
        self.over = !waiting.led;
        waiting.writers.drain(..many).collect()
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if !self.over {
            let mut waiting = self.line.lock();
            waiting.led = false;
            waiting.writers.clear();
        }
    }
}

/// Lets each write; one alone needs no savepoint.
///
/// # Errors
/// `Failed` where nothing of all this may be committed.
pub(super) fn write_each(tx: &mut Tx<'_>, writers: &mut [Box<dyn Writer>]) -> Result<(), Failed> {
    match writers {
        [one] => one.write(tx).then_some(()).ok_or_else(|| Failed::new("finish database work", "nothing of it may stay")),
        several => several.iter_mut().try_for_each(|writer| write_in_savepoint(tx, writer.as_mut())),
    }
}

/// An error means that the transaction is lost as a whole: some errors of a database end it at once.
fn write_in_savepoint(tx: &mut Tx<'_>, writer: &mut dyn Writer) -> Result<(), Failed> {
    tx.connection.begin(false)?;
    let mut own = Tx { connection: tx.connection, queued: false };
    let stays = writer.write(&mut own);
    tx.queued |= stays && own.queued;
    if stays { tx.connection.commit() } else { tx.connection.roll_back() }
}

impl<F, T, E> Writer for Asked<F, T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Failed> + Send,
{
    fn write(&mut self, tx: &mut Tx<'_>) -> bool {
        // A panic is this writer's own: what it wrote goes, and the others notice nothing.
        self.result = self.work.take().and_then(|work| catch_unwind(AssertUnwindSafe(|| work(tx))).ok());
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, committed: Result<(), &Failed>) {
        let result = match (self.result, committed) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(failed)) => Err(passing::repeat(failed).into()),
            (Some(written), Ok(())) => written,
            (None, Ok(())) => Err(Failed::new("finish database work", "it panicked").into()),
        };
        // Whoever asked may have gone; what is committed stays.
        let _ = self.asker.send(result);
    }
}
