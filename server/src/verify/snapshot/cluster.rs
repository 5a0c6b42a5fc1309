//! How a server is reached: by its own address, or by a slot of the Redis Cluster that it belongs to.
//!
//! Only masters are asked: what a replica lacks nobody could tell. A slot that moved makes its old master refuse; the
//! way is closed then and opened anew to whoever has the slot by now, under the name of that server's own run.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisError, Value};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::platform::db;
use crate::platform::problem::{Error, Result};

/// How long what a node said of the cluster's layout is used: many ways are opened at the same moment.
const FRESH: Duration = Duration::from_millis(100);

/// A way to the server that holds a shard.
pub(super) enum Way {
    /// One server holds everything.
    Server(Manner),
    /// The master of this slot.
    Cluster {
        /// The cluster.
        cluster: Arc<Cluster>,
        /// The slot of the shard's hash tag.
        slot: u16,
    },
}

/// A Redis Cluster, as far as it is known.
pub(super) struct Cluster {
    /// How nodes are spoken to: user, password, protocol, TLS. They are the same for all.
    manner: Manner,
    /// Addresses, the ones that answered last in front.
    nodes: Mutex<Vec<Address>>,
    layout: tokio::sync::Mutex<Option<(Instant, Vec<Range>)>>,
}

/// How a server is spoken to.
pub(super) struct Manner {
    info: ConnectionInfo,
    /// What it has to show, where it is reached by TLS.
    tls: Option<Arc<ClientConfig>>,
}

type Address = (String, u16);

/// Slots from the first to the last, and the master that serves them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Range {
    first: u16,
    last: u16,
    master: Address,
}

impl Way {
    /// The way to a single server, which is known by these authorities where its address demands TLS.
    pub(super) fn server(address: &str, ca: Option<&[u8]>) -> Result<Self> {
        Ok(Self::Server(Manner::read(address, ca)?))
    }

    /// A new connection.
    pub(super) async fn connect(
        &self,
        settings: &AsyncConnectionConfig,
    ) -> std::result::Result<MultiplexedConnection, RedisError> {
        match self {
            Self::Server(manner) => manner.connect(manner.info.clone(), settings).await,
            Self::Cluster { cluster, slot } => cluster.connect(*slot, settings).await,
        }
    }
}

impl Cluster {
    /// A cluster that some of these nodes, separated by commas, can tell about.
    pub(super) fn new(addresses: &str, ca: Option<&[u8]>) -> Result<Self> {
        let mut manner = None;
        let mut nodes = Vec::new();
        for address in addresses.split(',').map(str::trim).filter(|address| !address.is_empty()) {
            let read = Manner::read(address, ca)?;
            let ConnectionAddr::Tcp(host, port) = read.info.addr() else {
                return Err(Error::internal(
                    "TANBA_REDIS_URL: nodes of a cluster are reached by redis:// or rediss://",
                ));
            };
            nodes.push((host.clone(), *port));
            let is_encrypted = read.tls.is_some();
            if manner.get_or_insert(read).tls.is_some() != is_encrypted {
                return Err(Error::internal("TANBA_REDIS_URL: all nodes of a cluster are reached by TLS, or none"));
            }
        }
        let manner = manner.ok_or_else(|| Error::internal("TANBA_REDIS_URL names no node"))?;
        Ok(Self { manner, nodes: Mutex::new(nodes), layout: tokio::sync::Mutex::default() })
    }

    async fn connect(
        &self,
        slot: u16,
        settings: &AsyncConnectionConfig,
    ) -> std::result::Result<MultiplexedConnection, RedisError> {
        let master = self.master(slot, settings).await?;
        self.reach(&master, settings).await
    }

    async fn reach(
        &self,
        (host, port): &Address,
        settings: &AsyncConnectionConfig,
    ) -> std::result::Result<MultiplexedConnection, RedisError> {
        let info = self.manner.info.clone().set_addr(ConnectionAddr::Tcp(host.clone(), *port));
        self.manner.connect(info, settings).await
    }

    /// Who serves a slot, as the first node says that answers.
    async fn master(&self, slot: u16, settings: &AsyncConnectionConfig) -> std::result::Result<Address, RedisError> {
        let mut layout = self.layout.lock().await;
        if layout.as_ref().is_none_or(|(asked, _)| asked.elapsed() >= FRESH) {
            *layout = None;
            *layout = Some((Instant::now(), self.ask(settings).await?));
        }
        let ranges = layout.as_ref().map_or(&[][..], |(_, ranges)| ranges);
        let range = ranges.iter().find(|range| (range.first..=range.last).contains(&slot));
        range.map(|range| range.master.clone()).ok_or_else(|| unknown("nobody serves this slot of the cluster"))
    }

    async fn ask(&self, settings: &AsyncConnectionConfig) -> std::result::Result<Vec<Range>, RedisError> {
        let nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut failed = unknown("no node of the cluster is known");
        for node in nodes {
            match self.ask_one(&node, settings).await {
                Ok(ranges) => {
                    self.learn(&node, &ranges);
                    return Ok(ranges);
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    async fn ask_one(
        &self,
        node: &Address,
        settings: &AsyncConnectionConfig,
    ) -> std::result::Result<Vec<Range>, RedisError> {
        let mut connection = self.reach(node, settings).await?;
        let said: Value = redis::cmd("CLUSTER").arg("SLOTS").query_async(&mut connection).await?;
        let ranges = ranges(&said, &node.0);
        if ranges.is_empty() { Err(unknown("the node knows of no slots")) } else { Ok(ranges) }
    }

    /// Remembers whom else can be asked, and whom first.
    fn learn(&self, answered: &Address, ranges: &[Range]) {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.retain(|node| node != answered);
        nodes.insert(0, answered.clone());
        for range in ranges {
            if !nodes.contains(&range.master) {
                nodes.push(range.master.clone());
            }
        }
    }
}

impl Manner {
    /// Reads an address: `rediss://` is `redis://` by TLS, with a server that is known by its certificate.
    fn read(address: &str, ca: Option<&[u8]>) -> Result<Self> {
        match address.strip_prefix(ENCRYPTED) {
            Some(rest) => {
                let info = format!("redis://{rest}").as_str().into_connection_info()?;
                Ok(Self { info, tls: Some(db::tls_config(ca)?) })
            }
            None => Ok(Self { info: address.into_connection_info()?, tls: None }),
        }
    }

    async fn connect(
        &self,
        info: ConnectionInfo,
        settings: &AsyncConnectionConfig,
    ) -> std::result::Result<MultiplexedConnection, RedisError> {
        let (Some(tls), ConnectionAddr::Tcp(host, port)) = (&self.tls, info.addr()) else {
            return Client::open(info)?.get_multiplexed_async_connection_with_config(settings).await;
        };
        let stream = TcpStream::connect((host.as_str(), *port)).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(host.clone()).map_err(std::io::Error::other)?;
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await?;
        let connected = MultiplexedConnection::new_with_config(info.redis_settings(), stream, settings.clone());
        let (connection, driver) = connected.await?;
        // Ends with the last clone of the connection.
        tokio::spawn(driver);
        Ok(connection)
    }
}

/// How an address begins that demands TLS.
const ENCRYPTED: &str = "rediss://";

/// Whether some of these addresses lead over a network without TLS.
pub(super) fn is_exposed(addresses: &str) -> bool {
    let is_open = |address: &str| {
        let info = address.trim().into_connection_info();
        info.is_ok_and(|info| matches!(info.addr(), ConnectionAddr::Tcp(host, _) if !db::is_loopback(host)))
    };
    addresses.split(',').filter(|address| !address.trim().starts_with(ENCRYPTED)).any(is_open)
}

/// What `CLUSTER SLOTS` says: first slot, last slot, then nodes, the master first. A node without a host is the one
/// that was asked.
fn ranges(said: &Value, asked: &str) -> Vec<Range> {
    let Value::Array(rows) = said else { return Vec::new() };
    let range = |row: &Value| {
        let Value::Array(row) = row else { return None };
        let [first, last, Value::Array(master), ..] = row.as_slice() else { return None };
        let number = |value: &Value| match value {
            Value::Int(number) => u16::try_from(*number).ok(),
            _ => None,
        };
        let host =
            master.first().and_then(|host| redis::from_redis_value::<Option<String>>(host.clone()).ok().flatten());
        let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| asked.to_owned());
        Some(Range { first: number(first)?, last: number(last)?, master: (host, number(master.get(1)?)?) })
    };
    rows.iter().filter_map(range).collect()
}

fn unknown(what: &'static str) -> RedisError {
    (redis::ErrorKind::ClusterConnectionNotFound, what).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X56
    #[test]
    fn addresses_over_a_network_without_tls_are_exposed() {
        assert!(is_exposed("redis://redis.internal:6379") && is_exposed("rediss://a:1,redis://b:1"));
        for safe in ["rediss://redis.internal:6379", "redis://127.0.0.1:6379", "redis+unix:///run/redis.sock"] {
            assert!(!is_exposed(safe), "{safe}");
        }
    }

    #[test]
    fn what_a_node_says_of_the_cluster_is_read_and_what_it_leaves_out_is_itself() {
        let text = |text: &str| Value::BulkString(text.into());
        let node = |host, port| Value::Array(vec![host, Value::Int(port), text("id"), Value::Array(Vec::new())]);
        let said = Value::Array(vec![
            Value::Array(vec![
                Value::Int(0),
                Value::Int(8_191),
                node(text("10.0.0.1"), 7_000),
                node(text("10.0.0.2"), 7_003),
            ]),
            Value::Array(vec![Value::Int(8_192), Value::Int(16_383), node(Value::Nil, 7_001)]),
            Value::Array(vec![Value::Int(1)]),
        ]);
        let expected = [
            Range { first: 0, last: 8_191, master: ("10.0.0.1".to_owned(), 7_000) },
            Range { first: 8_192, last: 16_383, master: ("asked".to_owned(), 7_001) },
        ];
        assert_eq!(ranges(&said, "asked"), expected);
        assert_eq!(ranges(&Value::Nil, "asked"), []);
    }

    #[test]
    fn nodes_of_a_cluster_are_reached_over_the_network() {
        assert!(Cluster::new("redis://10.0.0.1:7000,redis://10.0.0.2:7000", None).is_ok());
        assert!(Cluster::new("redis+unix:///run/a.sock,redis+unix:///run/b.sock", None).is_err());
        assert!(Cluster::new("rediss://a:7000,rediss://b:7000", None).is_ok());
        assert!(Cluster::new("rediss://a:7000,redis://b:7000", None).is_err(), "half of it unencrypted");
        assert!(Cluster::new(" , ", None).is_err());
    }
}
