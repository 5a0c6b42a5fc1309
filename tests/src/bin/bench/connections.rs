//! Clients that keep their connection and ask nothing: what each costs the service and the kernel, and what those who do
//! ask notice of them. Servers and clients are processes of their own, each with as many connections as its limit of open
//! files lets it have.

use std::io::{self, BufRead, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child as Process, Command, Stdio};
use std::time::Duration;

use server::platform::config::Config;
use socket2::{Domain, Socket, Type};
use tests::faults::{Child, free_address};
use tests::load::{Load, get};
use tests::memory;

use crate::Plan;
use crate::report::Report;
use crate::stand::Stand;

/// Processes that serve, and processes that hold connections to them.
const PAIRS: u8 = 3;
/// Files that a process needs besides its connections.
const OTHER_FILES: u64 = 300;
/// What a client asks once, so that its connection is one that was used.
const QUESTION: &str = "/healthz";

pub(crate) async fn measure(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    let files = open_files();
    let each = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX);
    let program = std::env::current_exe().expect("this program has a path");
    let log = stand.app.base.config.data_dir.join("connections.log");
    let mut servers = Vec::new();
    for _ in 0..PAIRS {
        let mut config = Config::clone(&stand.app.base.config);
        config.listen = free_address();
        let mut server = Child::serve(&program, &config, &log).expect("a server starts");
        server.ready().await;
        press(config.listen, plan).await;
        servers.push((server, config.listen));
    }
    let alone = press(servers[0].1, plan).await;
    let before = (own(&servers), kernel());
    eprintln!("Opening {} connections", each * usize::from(PAIRS));
    let holders: Vec<Holder> =
        servers.iter().zip(1..).map(|((_, address), number)| Holder::start(*address, each, number)).collect();
    let held: usize = holders.iter().map(|holder| holder.held).sum();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = (own(&servers), kernel());
    let beside = press(servers[0].1, plan).await;
    let kept = (own(&servers), kernel());
    #[expect(clippy::cast_precision_loss, reason = "memory of one machine is far below 2^52 bytes")]
    let per = |after: u64, before: u64, ends: usize| after.saturating_sub(before) as f64 / ends.max(1) as f64;
    report.put_count("connections.held", held as u64);
    report.put("connections.server_bytes", per(after.0, before.0, held));
    report.put("connections.server_bytes_after_load", per(kept.0, before.0, held));
    // Both ends are on this machine.
    report.put("connections.kernel_bytes", per(after.1, before.1, 2 * held));
    report.put("connections.active_p99_ms", beside.1);
    report.put("connections.active_alone_p99_ms", alone.1);
    report.put("connections.active_per_second", beside.0);
    report.put("connections.active_alone_per_second", alone.0);
    drop(holders);
    for (mut server, _) in servers {
        server.kill();
    }
}

/// How many files a process may have open.
fn open_files() -> u64 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1_024)
}

/// Questions a second of those who do ask, and the time that 99 of 100 are answered within, in milliseconds.
async fn press(address: SocketAddr, plan: &Plan) -> (f64, f64) {
    let load = Load { address, connections: plan.connections, length: plan.length };
    let question = get(QUESTION, "");
    let outcome = load.run_apart(move |into| into.extend_from_slice(&question)).await;
    assert!(outcome.is_clean(), "{:?} {:?}", outcome.statuses, outcome.complaint);
    (outcome.per_second(), outcome.latencies.percentile(99).as_secs_f64() * 1e3)
}

/// Memory of the servers that is theirs alone, in bytes.
fn own(servers: &[(Child, SocketAddr)]) -> u64 {
    servers.iter().map(|(server, _)| memory(&format!("/proc/{}/smaps_rollup", server.id()), "Private_Dirty")).sum()
}

/// Memory of the kernel for its own objects and for what lies in sockets, in bytes.
fn kernel() -> u64 {
    const PAGE: u64 = 4_096;
    let sockets = std::fs::read_to_string("/proc/net/sockstat").unwrap_or_default();
    let pages =
        sockets.lines().find_map(|line| line.strip_prefix("TCP:")?.split_whitespace().last()?.parse::<u64>().ok());
    memory("/proc/meminfo", "Slab") + pages.unwrap_or(0) * PAGE
}

/// A process that holds connections until it is dropped.
struct Holder {
    process: Process,
    held: usize,
}

impl Holder {
    fn start(address: SocketAddr, count: usize, number: u8) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.args(["hold", &address.to_string(), &count.to_string(), &number.to_string()]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a client starts");
        let mut said = String::new();
        let output = process.stdout.as_mut().expect("its output is ours");
        io::BufReader::new(output).read_line(&mut said).expect("a client says how many it holds");
        Self { process, held: said.trim().parse().expect("a number") }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// What a process does that holds connections: opens so many, asks once on each, says how many there are, and waits
/// until nobody wants them any more.
pub(crate) fn hold(address: SocketAddr, count: usize, number: u8) -> io::Result<()> {
    let question = get(QUESTION, "");
    let mut held = Vec::new();
    for at in 0..count {
        let [_, _, high, low] = u32::try_from(at / 10_000).unwrap_or(0).to_be_bytes();
        let from = SocketAddr::from((Ipv4Addr::new(127, number, high, low + 1), 0));
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&from.into())?;
        let asked = socket.connect(&address.into()).and_then(|()| {
            (&socket).write_all(&question)?;
            let mut answer = [0; 2_048];
            (&socket).read(&mut answer)
        });
        match asked {
            Ok(read) if read > 0 => held.push(socket),
            // As far as the limits allow.
            _ => break,
        }
    }
    println!("{}", held.len());
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
