//! Child processes that never outlive this one.
//!
//! Each child leads its own process group, so that Ctrl-C in the terminal reaches only the parent, which then stops its
//! children in the order it wants. If the parent dies without a word (`kill -9`), the kernel interrupts the children.
//! Each child also holds a lock on its *life file* for as long as it or one of its own children lives, so that the next
//! start can wait for what is left of the former one instead of trusting a process id.

#![allow(
    unsafe_code,
    reason = "signals, the user id, and what happens between fork and exec have no safe interface in std"
)]

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(10);

/// A signal to a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Finish in good order. PostgreSQL's "fast" shutdown.
    Interrupt,
    /// Finish at once. PostgreSQL's "immediate" shutdown, without a checkpoint.
    Quit,
    /// Stand still.
    Stop,
    /// Go on.
    Continue,
}

impl Signal {
    fn number(self) -> libc::c_int {
        match self {
            Self::Interrupt => libc::SIGINT,
            Self::Quit => libc::SIGQUIT,
            Self::Stop => libc::SIGSTOP,
            Self::Continue => libc::SIGCONT,
        }
    }
}

/// A running child; dropping it without stopping it first kills it.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    /// Starts `command` with `life` as its standard input, which keeps the lock for the child's life.
    pub(crate) fn spawn(mut command: Command, life: Life) -> io::Result<Self> {
        let Life(mut life) = life;
        let mut note = life.try_clone()?;
        life.rewind()?;
        command.stdin(Stdio::from(life)).process_group(0);
        die_with_parent(&mut command);
        let child = spawn_from_lasting_thread(command)?;
        write_pid(&mut note, child.id())?;
        Ok(Self(child))
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.0.try_wait()
    }

    /// Sends a signal. A child that has ended is left alone.
    pub(crate) fn signal(&mut self, signal: Signal) {
        if let Ok(None) = self.0.try_wait() {
            send(self.0.id(), signal);
        }
    }

    /// Waits until it has ended; false if it still runs after `patience`.
    pub(crate) fn wait(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            match self.0.try_wait() {
                Ok(None) if Instant::now() < deadline => thread::sleep(POLL),
                Ok(None) => return false,
                Ok(Some(_)) | Err(_) => return true,
            }
        }
    }

    /// Kills it without warning and waits for the end.
    pub(crate) fn kill(&mut self) {
        // An error here says that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The lock that says whether a child, or a child of it, is alive.
#[derive(Debug)]
pub(crate) struct Life(File);

impl Life {
    /// Takes the lock, waiting up to `patience` for the remains of a former child, which are asked to finish.
    ///
    /// `Ok(Err(pid))` if they are still there after that.
    pub(crate) fn take(path: &Path, patience: Duration) -> io::Result<Result<Self, u32>> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let start = Instant::now();
        let mut asked = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Ok(Self(file))),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let waited = start.elapsed();
            // The kernel has interrupted them already where it can; elsewhere it is up to us.
            if !asked && waited > Duration::from_secs(2) {
                asked = true;
                if let Some(pid) = read_pid(&mut file)? {
                    send(pid, Signal::Interrupt);
                    send(pid, Signal::Continue);
                }
            }
            if waited > patience {
                return Ok(Err(read_pid(&mut file)?.unwrap_or_default()));
            }
            thread::sleep(POLL);
        }
    }
}

/// Reads the process id that a lock file names.
pub(crate) fn read_pid(file: &mut File) -> io::Result<Option<u32>> {
    let mut text = String::new();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    Ok(text.lines().next().and_then(|line| line.trim().parse().ok()))
}

/// Makes a lock file name a process id.
pub(crate) fn write_pid(file: &mut File, pid: u32) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{pid}")
}

/// The user id that the kernel holds against this process.
pub(crate) fn effective_uid() -> u32 {
    // SAFETY: geteuid(2) takes nothing, touches no memory and cannot fail.
    unsafe { libc::geteuid() }
}

fn send(pid: u32, signal: Signal) {
    if let Ok(pid @ 1..) = libc::pid_t::try_from(pid) {
        // SAFETY: kill(2) takes two numbers and touches no memory of ours.
        unsafe { libc::kill(pid, signal.number()) };
    }
}

#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command) {
    let parent = std::process::id();
    let arm = move || {
        // SAFETY: both calls are async-signal-safe and touch no memory.
        let orphaned = unsafe {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT as libc::c_ulong);
            u32::try_from(libc::getppid()) != Ok(parent)
        };
        // The parent may have died before the line above.
        if orphaned { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    };
    // SAFETY: between fork and exec `arm` makes two system calls and allocates nothing.
    unsafe { command.pre_exec(arm) };
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command) {}

type Request = (Command, mpsc::SyncSender<io::Result<Child>>);

/// The parent-death signal comes when the *thread* that spawned dies, so one thread that lasts as long as the process
/// spawns every child, and not a runtime's or a test's.
fn spawn_from_lasting_thread(command: Command) -> io::Result<Child> {
    static SPAWNER: OnceLock<mpsc::Sender<Request>> = OnceLock::new();
    let thread = SPAWNER.get_or_init(|| {
        let (sender, requests) = mpsc::channel::<Request>();
        thread::spawn(move || {
            for (mut command, answer) in requests {
                let spawned = command.spawn();
                // The child's copy of the life file must be the only one left before anyone hears of the child.
                drop(command);
                let _ = answer.send(spawned);
            }
        });
        sender
    });
    let gone = || io::Error::other("the thread that starts child processes is gone");
    let (answer, child) = mpsc::sync_channel(1);
    thread.send((command, answer)).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}
