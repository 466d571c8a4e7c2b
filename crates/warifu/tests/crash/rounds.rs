//! How many kills a test goes through, and how much work they fall into.

/// The rounds of a test, each with a kill. A machine that is done before the kill comes gets twice as much to do, until some kill
/// fell into the work: otherwise the test would show nothing.
pub(crate) struct Rounds {
    /// How much there is to do.
    pub(crate) people: usize,
    begun: usize,
    wanted: usize,
    interrupted: usize,
}

impl Rounds {
    pub(crate) fn new(wanted: usize, people: usize) -> Self {
        Self {
            people,
            begun: 0,
            wanted,
            interrupted: 0,
        }
    }

    /// The number of the next round; `None`: it is enough.
    pub(crate) fn next(&mut self) -> Option<usize> {
        let is_enough = self.begun >= self.wanted && self.interrupted > 0;
        self.begun += 1;
        (!is_enough).then_some(self.begun - 1)
    }

    /// A kill came.
    pub(crate) fn killed(&mut self, in_the_work: bool) {
        self.interrupted += usize::from(in_the_work);
        if self.interrupted == 0 {
            self.people *= 2;
            assert!(self.people <= 50_000, "no kill ever falls into the work");
        }
    }
}
