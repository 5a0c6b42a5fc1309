//! `cargo xtask simulate load`: a day of a nation on so many machines, as a discrete-event simulation fed by measured
//! costs. Tells how long clients wait, hour by hour, in a flash crowd and while a machine dies, and how many machines that
//! takes. Times are those of clients: from the moment when somebody asks to the answer, without the network.

mod day;
mod machines;

use std::process::ExitCode;

use clap::Parser;

use crate::dice::Dice;
use day::{Moment, Scene};
use machines::{Machines, Seen};

/// A day of load on so many machines.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask simulate load", bin_name = "cargo xtask simulate load", after_help = HELP)]
pub(crate) struct Arguments {
    /// Clients that have the app open at the peak.
    #[arg(long, default_value_t = 1_000_000.0)]
    clients: f64,
    /// Verifications a second at the peak of an ordinary day (decree 672).
    #[arg(long, default_value_t = 33_000.0)]
    peak: f64,
    /// How many times as many come when a recall is told on television.
    #[arg(long, default_value_t = 3.0)]
    crowd: f64,
    /// Processor time of a verification, in microseconds of one core.
    #[arg(long, default_value_t = 24.0)]
    verify_micros: f64,
    /// Processor time of a scan that is kept, in microseconds of one core of a serving machine.
    #[arg(long, default_value_t = 26.0)]
    scan_micros: f64,
    /// Scans sent for each verification.
    #[arg(long, default_value_t = 0.7)]
    scans: f64,
    /// The share of verifications that find nothing in Redis.
    #[arg(long, default_value_t = 0.001)]
    cold: f64,
    /// What such a verification waits for PostgreSQL, in milliseconds.
    #[arg(long, default_value_t = 2.0)]
    cold_millis: f64,
    /// Rows of scans that one PostgreSQL makes durable a second.
    #[arg(long, default_value_t = 60_000.0)]
    rows: f64,
    /// Memory of a connection that rests, server and kernel together, in bytes.
    #[arg(long, default_value_t = 15_500.0)]
    connection_bytes: f64,
    /// Cores of a serving machine.
    #[arg(long, default_value_t = 4)]
    cores: usize,
    /// Memory of a serving machine for connections, in gigabytes.
    #[arg(long, default_value_t = 8.0)]
    memory: f64,
    /// Requests that may wait for a core of a machine before the next is refused.
    #[arg(long, default_value_t = 2_000)]
    waiting: usize,
    /// How long the balancer goes on sending to a machine that died, in seconds.
    #[arg(long, default_value_t = 2.0)]
    noticed: f64,
    /// How long a client waits before it asks again what was not answered, in seconds.
    #[arg(long, default_value_t = 1.0)]
    retry: f64,
    /// Serving machines; without it, the fewest that keep the bar.
    #[arg(long)]
    machines: Option<usize>,
    /// Where chance begins.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const HELP: &str = "\
The bar: 95 of 100 answered in 300 ms and 99 in a second at any hour and in the crowd; while a machine dies, everybody
within the 15 seconds of decree 672; nothing refused. Costs are those of docs/capacity.md.";

/// Simulates the day and prints what clients saw.
pub(crate) fn main(words: impl Iterator<Item = String>) -> ExitCode {
    let arguments = Arguments::parse_from(words);
    let fewest = arguments.fewest();
    let machines = arguments.machines.unwrap_or_else(|| {
        (fewest..fewest * 20 + 20).find(|machines| arguments.day(*machines, true).is_some()).unwrap_or(fewest * 20)
    });
    let Some(day) = arguments.day(machines, false) else { return ExitCode::FAILURE };
    println!("load.machines: {machines}");
    println!("load.machines_for_processor_time_alone: {}", arguments.machines_for_work());
    println!("load.machines_for_connections_alone: {}", arguments.machines_for_connections());
    println!(
        "load.postgres_for_scans: {}",
        (arguments.peak * arguments.crowd * arguments.scans / arguments.rows).ceil()
    );
    println!("load.connections_gigabytes: {:.1}", arguments.clients * arguments.connection_bytes / 1e9);
    for (name, seen) in &day {
        println!("load.{name}.per_second: {:.0}", seen.per_second());
        println!("load.{name}.busy: {:.3}", seen.busy(machines * arguments.cores));
        for (percentile, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)] {
            println!("load.{name}.{percentile}_ms: {:.3}", seen.waited(share) * 1e3);
        }
        println!("load.{name}.refused_share: {:.6}", seen.refused_share());
    }
    ExitCode::SUCCESS
}

impl Arguments {
    /// Cores times seconds that a second of the peak costs.
    fn work_at_peak(&self) -> f64 {
        self.peak * (self.verify_micros + self.scans * self.scan_micros) / 1e6
    }

    fn machines_for_work(&self) -> usize {
        (self.work_at_peak() / self.cores as f64).ceil() as usize
    }

    fn machines_for_connections(&self) -> usize {
        (self.clients * self.connection_bytes / (self.memory * 1e9)).ceil() as usize
    }

    /// No fewer can do, and one of them may die.
    fn fewest(&self) -> usize {
        self.machines_for_work().max(self.machines_for_connections()) + 1
    }

    /// What clients see in every scene of the day; none, if the bar must be kept and isn't.
    fn day(&self, machines: usize, keep_the_bar: bool) -> Option<Vec<(&'static str, Seen)>> {
        let mut all = Vec::new();
        for scene in Scene::ALL {
            let seen = self.scene(scene, machines);
            let kept = match scene {
                Scene::Death => seen.waited(1.0) <= 15.0,
                Scene::Day | Scene::Peak | Scene::Crowd => seen.waited(0.95) <= 0.3 && seen.waited(0.99) <= 1.0,
            };
            if keep_the_bar && (!kept || seen.refused_share() > 0.0) {
                return None;
            }
            all.push((scene.name(), seen));
        }
        Some(all)
    }

    /// Lets the requests of a scene come, in the order in which they come, those asked again among them.
    fn scene(&self, scene: Scene, count: usize) -> Seen {
        let mut dice = Dice::new(self.seed);
        let mut seen = Seen::default();
        for Moment { length, share, dies_at } in scene.moments(self.crowd) {
            let mut machines = Machines::new(count, self, dies_at);
            let rate = self.peak * share;
            let mut at = 0.0;
            while at < length {
                // Whoever was refused by a dead machine asks again in between.
                while let Some(again) = machines.next_retry(at) {
                    machines.ask(again, &mut dice, &mut seen);
                }
                machines.ask(machines::Request { asked: at, comes: at }, &mut dice, &mut seen);
                at += dice.wait(1.0 / rate);
            }
            while let Some(again) = machines.next_retry(f64::INFINITY) {
                machines.ask(again, &mut dice, &mut seen);
            }
            seen.pass(length);
        }
        seen
    }
}
