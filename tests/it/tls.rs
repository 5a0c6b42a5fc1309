//! PostgreSQL and Redis over a network: encrypted, and known by their certificates.

use marking::layout::Group;
use server::platform::clock::Clock;
use server::platform::config::Config;
use server::platform::db;
use tests::{Authority, Scene, Stores, TestApp, TlsPostgres, TlsRedis};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The name of a database's own failure, with all its causes.
async fn refusal(url: &str, ca: Option<&[u8]>) -> String {
    let pool = db::pool_with(url, ca, 1).unwrap();
    let error = pool.get().await.expect_err("refused");
    let mut words = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}

/// Waits until both stores answer.
async fn await_ready(app: &TestApp) {
    for _ in 0..100 {
        let ready = app.admin("/readyz").await.expect(200).json;
        if ready["postgres"] == true && ready["redis"] == true {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("a store does not answer");
}

/// X56: the register runs over stores that are reached by TLS alone, a single Redis and a cluster; a server that another
/// authority vouches for, or that has another name, is not spoken to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_are_reached_by_tls_and_only_those_that_the_right_authority_vouches_for() {
    let stores = Stores::start("tls").await;
    let local = stores.database_url("tanba");
    let owner = tests::owner_of(&local);
    let (authority, other) =
        (Authority::new(&stores.folder.join("ca"), owner), Authority::new(&stores.folder.join("other"), owner));
    let postgres = TlsPostgres::start(&local, &stores.folder.join("tls"), &authority).await;
    let at = |host: &str, mode: &str| format!("postgres://tanba@{host}:{}/postgres?sslmode={mode}", postgres.port);

    let (ca, wrong) = (authority.pem(), other.pem());
    for mode in ["verify-full", "require", "prefer"] {
        let refused = refusal(&at("localhost", mode), Some(&wrong)).await;
        assert!(refused.contains("certificate"), "{mode}: {refused}");
    }
    let refused = refusal(&at("127.0.0.2", "verify-full"), Some(&ca)).await;
    assert!(refused.contains("certificate"), "another name: {refused}");
    let refused = refusal(&at("localhost", "disable"), Some(&ca)).await;
    assert!(refused.contains("no encryption") || refused.contains("pg_hba"), "{refused}");
    let open = db::pool_with(&at("localhost", "require"), None, 1).unwrap();
    let client = open.get().await.unwrap();
    let row = client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).await.unwrap();
    assert!(row.get::<_, bool>(0), "require encrypts without knowing whom it speaks to");
    let known = db::pool_with(&at("localhost", "verify-full"), Some(&ca), 1).unwrap();
    known.get().await.unwrap().batch_execute("CREATE DATABASE one; ").await.unwrap();
    known.get().await.unwrap().batch_execute("CREATE DATABASE two").await.unwrap();

    for (cluster, database) in [(false, "one"), (true, "two")] {
        let redis = TlsRedis::start(&authority, cluster).await;
        let address = format!("rediss://localhost:{}", redis.port);
        let mut config = Config::from(|_| None).unwrap();
        config.listen = ([127, 0, 0, 1], 0).into();
        config.database_url = Some(at("localhost", "verify-full").replace("/postgres?", &format!("/{database}?")));
        config.redis_url = Some(if cluster { format!("{address},{address}") } else { address });
        config.stores_ca = Some(ca.clone());
        config.data_dir = stores.folder.join(database);
        config.threads = 1;
        config.admin_listen = Some(([127, 0, 0, 1], 0).into());
        config.lateness = std::time::Duration::from_hours(1);
        let pool = db::pool_with(config.database_url.as_deref().unwrap(), Some(&ca), 1).unwrap();
        db::migrate(&pool).await.unwrap();
        let app = TestApp::over(config.clone(), database.to_owned(), Clock::default()).await;
        let mut scene = Scene::open(&app.app, &app.url("")).await;
        let (_, codes) = scene.goods(Group::Water, 2).await;
        assert_eq!(scene.verify(&codes[0]).await.json["verdict"], "in-circulation");
        // The only node of a new cluster takes a second to call the cluster complete.
        await_ready(&app).await;

        // A Redis that is not the right one is as good as none: nothing is read from it, nothing told to it.
        let mut strange = config;
        strange.redis_url = strange.redis_url.map(|url| url.replace("localhost", "127.0.0.1"));
        strange.stores_ca = None;
        strange.database_url = Some(at("localhost", "require").replace("/postgres?", &format!("/{database}?")));
        let strange = TestApp::over(strange, database.to_owned(), Clock::default()).await;
        let ready = strange.admin("/readyz").await.expect(200);
        assert_eq!((&ready.json["postgres"], &ready.json["redis"]), (&true.into(), &false.into()));
        strange.stop().await;
        app.stop().await;
    }
}

/// X56: a server that offers no TLS learns nothing but that it was asked for it: no user, no password, no query.
#[tokio::test]
async fn a_server_without_tls_is_left_where_tls_is_demanded() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 8];
        stream.read_exact(&mut asked).await.unwrap();
        stream.write_all(b"N").await.unwrap();
        let mut more = Vec::new();
        let _ = stream.read_to_end(&mut more).await;
        (asked, more)
    });
    let refused = refusal(&format!("postgres://t:secret@127.0.0.1:{port}/t?sslmode=require"), None).await;
    assert!(refused.contains("TLS"), "{refused}");
    // SSLRequest of the PostgreSQL protocol: length 8, code 80877103.
    assert_eq!(server.await.unwrap(), ([0, 0, 0, 8, 4, 210, 22, 47], Vec::new()));
}
