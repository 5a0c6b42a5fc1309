//! Machines that serve: each has cores, of which every one does one thing after the other, and a bounded queue.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Arguments;
use crate::dice::Dice;

/// A moment, in whole nanoseconds, so that moments have an order.
type Nanos = u64;

/// Something that a client asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// When the client asked for the first time.
    pub(super) asked: f64,
    /// When this try comes in.
    pub(super) comes: f64,
}

/// All machines behind one balancer.
pub(super) struct Machines<'a> {
    costs: &'a Arguments,
    all: Vec<Machine>,
    dies_at: Option<f64>,
    retries: BinaryHeap<Reverse<(Nanos, Nanos)>>,
}

/// One machine: when each of its cores is free, soonest first.
struct Machine {
    free: BinaryHeap<Reverse<Nanos>>,
}

/// What clients have seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    waited: Vec<f32>,
    refused: u64,
    /// Seconds of cores.
    worked: f64,
    passed: f64,
}

impl<'a> Machines<'a> {
    pub(super) fn new(count: usize, costs: &'a Arguments, dies_at: Option<f64>) -> Self {
        let machine = || Machine { free: (0..costs.cores).map(|_| Reverse(0)).collect() };
        Self { costs, all: (0..count).map(|_| machine()).collect(), dies_at, retries: BinaryHeap::new() }
    }

    /// The next request that was not answered and comes again before this moment.
    pub(super) fn next_retry(&mut self, before: f64) -> Option<Request> {
        let Reverse((comes, asked)) = *self.retries.peek()?;
        if seconds(comes) > before {
            return None;
        }
        self.retries.pop();
        Some(Request { asked: seconds(asked), comes: seconds(comes) })
    }

    /// The balancer gives the request to the less busy of two machines that chance names.
    pub(super) fn ask(&mut self, request: Request, dice: &mut Dice, seen: &mut Seen) {
        let Request { asked, comes } = request;
        // The first machine dies. Until that is noticed, requests go on to it and are lost; so is what it was doing.
        let dead = self.dies_at.is_some_and(|at| comes >= at);
        let noticed = self.dies_at.is_some_and(|at| comes >= at + self.costs.noticed);
        let first = usize::from(noticed);
        let pick = |dice: &mut Dice, all: &[Machine]| first + dice.below(all.len() - first);
        let (one, other) = (pick(dice, &self.all), pick(dice, &self.all));
        let chosen = if self.all[one].soonest() <= self.all[other].soonest() { one } else { other };
        if dead && chosen == 0 {
            self.retries.push(Reverse((nanos(comes + self.costs.retry), nanos(asked))));
            return;
        }
        let costs = self.costs;
        // Half of the time is always the same, half varies: answers differ in length, caches in luck.
        let micros = costs.verify_micros * 0.5 + dice.wait(costs.verify_micros * 0.5);
        let scan = if dice.happens(costs.scans) { costs.scan_micros } else { 0.0 };
        let aside = if dice.happens(costs.cold) { dice.wait(costs.cold_millis / 1e3) } else { 0.0 };
        let machine = &mut self.all[chosen];
        let waits = seconds(machine.soonest()) - comes;
        let queued = waits.max(0.0) * 1e6 / costs.verify_micros * costs.cores as f64;
        if queued > costs.waiting as f64 {
            seen.refused += 1;
            return;
        }
        let begins = machine.soonest().max(nanos(comes));
        let ends = begins + nanos(micros / 1e6);
        machine.free.pop();
        // The scan that follows takes the core, but nobody waits for it.
        machine.free.push(Reverse(ends + nanos(scan / 1e6)));
        let lost = self.dies_at.is_some_and(|at| chosen == 0 && comes < at && seconds(ends) > at);
        if lost {
            self.retries.push(Reverse((nanos(comes + costs.retry), nanos(asked))));
            return;
        }
        seen.worked += (micros + scan) / 1e6;
        seen.waited.push((seconds(ends) + aside - asked) as f32);
    }
}

impl Machine {
    /// When the first of its cores is free.
    fn soonest(&self) -> Nanos {
        self.free.peek().map_or(0, |Reverse(free)| *free)
    }
}

impl Seen {
    /// So many seconds have passed.
    pub(super) fn pass(&mut self, seconds: f64) {
        self.passed += seconds;
    }

    pub(super) fn per_second(&self) -> f64 {
        self.waited.len() as f64 / self.passed
    }

    /// The share of all cores' time that was work.
    pub(super) fn busy(&self, cores: usize) -> f64 {
        self.worked / (self.passed * cores as f64)
    }

    pub(super) fn refused_share(&self) -> f64 {
        self.refused as f64 / (self.refused as f64 + self.waited.len() as f64).max(1.0)
    }

    /// The time that this share was answered within, in seconds.
    pub(super) fn waited(&self, share: f64) -> f64 {
        let mut sorted = self.waited.clone();
        let rank = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
        if sorted.is_empty() {
            return 0.0;
        }
        f64::from(*sorted.select_nth_unstable_by(rank, f32::total_cmp).1)
    }
}

fn nanos(seconds: f64) -> Nanos {
    (seconds.max(0.0) * 1e9) as Nanos
}

fn seconds(nanos: Nanos) -> f64 {
    nanos as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn asked(machines: usize, rate: f64, length: f64, dies_at: Option<f64>) -> Seen {
        let costs =
            Arguments::parse_from(["load", "--cores", "1", "--scans", "0", "--cold", "0", "--verify-micros", "100"]);
        let (mut dice, mut seen) = (Dice::new(7), Seen::default());
        let mut all = Machines::new(machines, &costs, dies_at);
        let mut at = 0.0;
        while at < length {
            while let Some(again) = all.next_retry(at) {
                all.ask(again, &mut dice, &mut seen);
            }
            all.ask(Request { asked: at, comes: at }, &mut dice, &mut seen);
            at += dice.wait(1.0 / rate);
        }
        while let Some(again) = all.next_retry(f64::INFINITY) {
            all.ask(again, &mut dice, &mut seen);
        }
        seen.pass(length);
        seen
    }

    /// Pollaczek–Khinchine: half of a service is constant and half exponential, so waiting is 0.625 of that in M/M/1.
    #[test]
    fn one_core_makes_people_wait_as_the_theory_of_queues_says() {
        let seen = asked(1, 8_000.0, 40.0, None);
        let mean = seen.waited.iter().map(|waited| f64::from(*waited)).sum::<f64>() / seen.waited.len() as f64;
        let expected = 100e-6 * (1.0 + 0.8 / 0.2 * 0.625);
        assert!((mean / expected - 1.0).abs() < 0.1, "{mean} against {expected}");
        assert!((seen.busy(1) - 0.8).abs() < 0.02);
    }

    #[test]
    fn beyond_what_it_can_a_machine_refuses_and_goes_on() {
        let seen = asked(1, 20_000.0, 5.0, None);
        assert!((seen.refused_share() - 0.5).abs() < 0.05, "{}", seen.refused_share());
        assert!(seen.waited(0.999) < 0.25);
    }

    #[test]
    fn what_a_dead_machine_had_is_asked_again_and_answered() {
        let seen = asked(4, 8_000.0, 10.0, Some(2.0));
        assert!(seen.refused == 0 && seen.waited(0.5) < 0.001 && seen.waited(0.9999) > 0.9);
    }
}
