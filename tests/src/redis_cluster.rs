//! A real Redis Cluster on this machine: three masters, each with a replica that takes over when it dies.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{Client, RedisError, Value};

/// Masters, and as many replicas.
const MASTERS: usize = 3;
const SLOTS: usize = 16_384;
/// How long a master may be silent before its replica takes over, in milliseconds.
const NODE_TIMEOUT: &str = "1500";
/// How long the nodes may take to agree.
const PATIENCE: Duration = Duration::from_mins(1);

/// Running nodes. Dropping them ends them and removes their files.
pub struct RedisCluster {
    nodes: Vec<Node>,
    folder: PathBuf,
}

struct Node {
    port: u16,
    child: Option<Child>,
    folder: PathBuf,
}

impl RedisCluster {
    /// Starts the nodes in this folder and waits until all slots are served.
    pub async fn start(folder: &Path) -> Self {
        let nodes = (0..2 * MASTERS).map(|number| Node::new(&folder.join(format!("redis-{number}"))));
        let mut cluster = Self { nodes: nodes.collect(), folder: folder.to_owned() };
        for number in 0..cluster.nodes.len() {
            cluster.restart(number).await;
        }
        for number in 0..MASTERS {
            let (first, end) = (number * SLOTS / MASTERS, (number + 1) * SLOTS / MASTERS);
            cluster.tell::<()>(number, &["ADDSLOTSRANGE", &first.to_string(), &(end - 1).to_string()]).await;
        }
        let (port, bus) = (cluster.nodes[0].port.to_string(), bus(cluster.nodes[0].port).to_string());
        for number in 1..cluster.nodes.len() {
            cluster.tell::<()>(number, &["MEET", "127.0.0.1", &port, &bus]).await;
        }
        for number in MASTERS..cluster.nodes.len() {
            let master: String = cluster.tell(number - MASTERS, &["MYID"]).await;
            cluster.until(|| async { cluster.ask::<()>(number, &["REPLICATE", &master]).await.is_ok() }).await;
        }
        cluster.await_agreement().await;
        cluster
    }

    /// What `TANBA_REDIS_URL` says of this cluster.
    pub fn addresses(&self) -> String {
        let addresses: Vec<String> = self.nodes.iter().map(|node| format!("redis://127.0.0.1:{}", node.port)).collect();
        addresses.join(",")
    }

    /// The node that serves the first slots of a third.
    pub async fn master_of(&self, third: usize) -> usize {
        for number in 0..self.nodes.len() {
            let Ok(Value::Array(rows)) = self.ask::<Value>(number, &["SLOTS"]).await else { continue };
            let first = Value::Int(i64::try_from(third * SLOTS / MASTERS).expect("a slot"));
            let row = rows.iter().find_map(|row| match row {
                Value::Array(row) if row.first() == Some(&first) => row.get(2),
                _ => None,
            });
            let Some(Value::Array(master)) = row else { continue };
            let Some(Value::Int(port)) = master.get(1) else { continue };
            let node = self.nodes.iter().position(|node| i64::from(node.port) == *port);
            return node.expect("the master is one of ours");
        }
        panic!("nobody tells who serves the slots");
    }

    /// Ends a node without a word.
    pub fn kill(&mut self, number: usize) {
        if let Some(mut child) = self.nodes[number].child.take() {
            child.kill().expect("a node can be killed");
            child.wait().expect("it is gone");
        }
    }

    /// Starts a node, on what it knew.
    pub async fn restart(&mut self, number: usize) {
        self.nodes[number].start();
        self.until(|| async { self.connection(number).await.is_ok() }).await;
    }

    /// Lets a replica take its master's place, as an operator would after a repair.
    pub async fn promote(&self, number: usize) {
        self.until(|| async { self.ask::<()>(number, &["FAILOVER"]).await.is_ok() }).await;
        self.until(|| async { self.role(number).await.as_deref() == Some("master") }).await;
    }

    /// Waits until every running node says that all slots are served, and every replica has its master's data.
    pub async fn await_agreement(&self) {
        for number in 0..self.nodes.len() {
            if self.nodes[number].child.is_some() {
                self.until(|| async {
                    let state: Result<String, RedisError> = self.ask(number, &["INFO"]).await;
                    state.is_ok_and(|state| state.contains("cluster_state:ok"))
                })
                .await;
                self.until(|| async { self.role(number).await.is_some() }).await;
            }
        }
    }

    /// `master`, or `slave` once it has its master's data.
    async fn role(&self, number: usize) -> Option<String> {
        let mut connection = self.connection(number).await.ok()?;
        let info: String = redis::cmd("INFO").arg("replication").query_async(&mut connection).await.ok()?;
        let role = info.lines().find_map(|line| line.strip_prefix("role:"))?.trim().to_owned();
        (role == "master" || info.contains("master_link_status:up")).then_some(role)
    }

    async fn until<F: Future<Output = bool>>(&self, holds: impl Fn() -> F) {
        let started = Instant::now();
        while !holds().await {
            assert!(started.elapsed() < PATIENCE, "the nodes of the cluster do not agree");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn tell<T: redis::FromRedisValue>(&self, number: usize, words: &[&str]) -> T {
        self.ask(number, words).await.expect("a node does as it is told")
    }

    async fn ask<T: redis::FromRedisValue>(&self, number: usize, words: &[&str]) -> Result<T, RedisError> {
        let mut connection = self.connection(number).await?;
        redis::cmd("CLUSTER").arg(words).query_async(&mut connection).await
    }

    async fn connection(&self, number: usize) -> Result<MultiplexedConnection, RedisError> {
        let address = format!("redis://127.0.0.1:{}", self.nodes[number].port);
        Client::open(address)?.get_multiplexed_async_connection().await
    }
}

impl Drop for RedisCluster {
    fn drop(&mut self) {
        for number in 0..self.nodes.len() {
            if let Some(child) = &mut self.nodes[number].child {
                let _ = child.kill();
                let _ = child.wait();
            }
            let _ = fs::remove_dir_all(&self.nodes[number].folder);
        }
        let _ = fs::remove_dir(&self.folder);
    }
}

impl Node {
    fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder for a node");
        Self { port: free_port(), child: None, folder: folder.to_owned() }
    }

    fn start(&mut self) {
        let (port, bus) = (self.port.to_string(), bus(self.port).to_string());
        let folder = self.folder.to_str().expect("a folder with a plain name");
        let mut redis = Command::new("redis-server");
        redis.args(["--port", &port, "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--cluster-port", &bus]);
        redis.args(["--cluster-node-timeout", NODE_TIMEOUT, "--cluster-require-full-coverage", "no"]);
        redis.args(["--repl-diskless-sync-delay", "0", "--save", "", "--appendonly", "no", "--dir", folder]);
        redis.args(["--logfile", "log"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(redis.spawn().expect("redis-server is installed"));
    }
}

/// The port on which the nodes talk to each other, given the one for clients.
fn bus(port: u16) -> u16 {
    if port < 40_000 { port + 20_000 } else { port - 20_000 }
}

/// A port that is free now, and whose bus is, too.
fn free_port() -> u16 {
    (0..1_000)
        .find_map(|_| {
            let port = TcpListener::bind(("127.0.0.1", 0)).ok()?.local_addr().ok()?.port();
            TcpListener::bind(("127.0.0.1", bus(port))).ok().map(|_| port)
        })
        .expect("there are free ports")
}
