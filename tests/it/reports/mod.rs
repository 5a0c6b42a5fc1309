//! Reports of violations, from the form of somebody unknown to the inspector's decision and the end of all data.

mod armour;
mod following;
mod inspecting;
mod photos;
mod push;
mod taking;
mod talking;

use std::io::Cursor;

use chrono::TimeDelta;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use server::auth::{self, NewAccount, Role, SecondFactor, totp_code};
use server::platform::audit::{Actor, Who};
use tests::{Answer, TestApp};
use uuid::Uuid;

const PASSWORD: &str = "tulip-95-anchor-mug";
const ASTANA: &str = "710000000";
const ALMATY: &str = "750000000";

/// A report in the capital, without photos.
fn form(id: u128, changes: &[(&'static str, &'static str)]) -> Form {
    let mut texts = vec![
        ("id", Uuid::from_u128(id).to_string()),
        ("category", "expired-goods".to_owned()),
        ("words", "Two cartons past their date".to_owned()),
        ("latitude", "51.1282".to_owned()),
        ("longitude", "71.4306".to_owned()),
        ("accuracy_metres", "20".to_owned()),
    ];
    for (name, text) in changes {
        texts.retain(|(other, _)| other != name);
        texts.push((*name, (*text).to_owned()));
    }
    texts.into_iter().fold(Form::new(), |form, (name, text)| form.text(name, text))
}

fn photo(bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name("../../etc/passwd.php").mime_str("image/jpeg").unwrap()
}

/// A picture of a camera's make.
fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let shade = |at: u32| u8::try_from(at % 256).unwrap();
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([shade(x), shade(y), 90]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The regions of two towns, and nothing between.
const REGIONS: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"kato":"710000000","name":"Astana"},"geometry":{"type":"Polygon",
        "coordinates":[[[71,50.8],[72,50.8],[72,51.5],[71,51.5],[71,50.8]]]}},
    {"type":"Feature","properties":{"kato":"750000000","name":"Almaty"},"geometry":{"type":"Polygon",
        "coordinates":[[[76,42.8],[78,42.8],[78,43.8],[76,43.8],[76,42.8]]]}}]}"#;

/// A register that knows two regions.
async fn open() -> TestApp {
    let app = TestApp::start().await;
    app.app.regions.import(&app.app.base, &server::regions::read(REGIONS).unwrap()).await.unwrap();
    app
}

async fn send(app: &TestApp, form: Form) -> Answer {
    app.send(app.request(Method::POST, "/v1/reports").multipart(form)).await
}

/// A report that was taken in.
struct Sent {
    number: String,
    token: String,
}

impl Sent {
    async fn new(app: &TestApp, form: Form) -> Self {
        Self::of(&send(app, form).await.expect(201))
    }

    fn of(answer: &Answer) -> Self {
        let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
        Self { number: text("number"), token: text("token") }
    }

    async fn follow(&self, app: &TestApp) -> Answer {
        self.send(app, Method::GET, "", None).await
    }

    async fn post(&self, app: &TestApp, path: &str, body: Value) -> Answer {
        self.send(app, Method::POST, path, Some(body)).await
    }

    async fn send(&self, app: &TestApp, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = app.request(method, &format!("/v1/reports/{}{path}", self.number));
        let request = request.header("Tanba-Report-Token", &self.token);
        let key = Uuid::new_v4().to_string();
        app.send(match body {
            Some(body) => request.header("Idempotency-Key", key).json(&body),
            None => request,
        })
        .await
    }
}

/// An inspector who is signed in.
struct Inspector {
    account: Uuid,
    login: String,
    factor: SecondFactor,
    access: String,
}

impl Inspector {
    async fn new(app: &TestApp, login: &str, region: &str) -> Self {
        let new = NewAccount {
            login: login.to_owned(),
            password: PASSWORD.to_owned().into(),
            role: Role::Inspector,
            participant: None,
            region: Some(region.to_owned()),
        };
        let cli = Actor { who: Who::Cli, address: None };
        let (account, factor) = auth::add_account(&app.app.auth, cli, new).await.unwrap();
        let mut inspector = Self { account: account.id, login: login.to_owned(), factor, access: String::new() };
        inspector.sign_in(app).await;
        inspector
    }

    /// Signs in anew: the clock has moved, or will.
    async fn sign_in(&mut self, app: &TestApp) {
        app.app.base.clock.shift(TimeDelta::seconds(30));
        let totp = totp_code(self.factor.secret.as_slice(), app.app.base.clock.now());
        let body = json!({ "login": self.login, "password": PASSWORD, "totp": totp });
        let tokens = app.post("/v1/auth/sign-in", &body).await.expect(200).json;
        tokens["access_token"].as_str().unwrap().clone_into(&mut self.access);
    }

    async fn get(&self, app: &TestApp, path: &str) -> Answer {
        let path = format!("/v1/inspector/reports{path}");
        app.send(app.request(Method::GET, &path).bearer_auth(&self.access)).await
    }

    async fn read(&self, app: &TestApp, report: &Sent) -> Answer {
        self.get(app, &format!("/{}", report.number)).await
    }

    async fn post(&self, app: &TestApp, report: &Sent, path: &str, body: Value) -> Answer {
        let path = format!("/v1/inspector/reports/{}/{path}", report.number);
        let request = app.request(Method::POST, &path).bearer_auth(&self.access);
        app.send(request.header("Idempotency-Key", Uuid::new_v4().to_string()).json(&body)).await
    }

    async fn decide(&self, app: &TestApp, report: &Sent, decision: &str) -> Answer {
        self.post(app, report, "decision", json!({ "decision": decision, "message": "We have looked." })).await
    }
}

/// Everything that the tables hold about reports, as one text.
async fn everything(app: &TestApp) -> String {
    let db = app.app.base.db.get().await.unwrap();
    let mut all = String::new();
    for table in [
        "report",
        "report_token",
        "report_photo",
        "report_event",
        "report_link",
        "report_photo_pending",
        "report_push",
        "idempotency",
        "audit",
    ] {
        let sql = format!("SELECT coalesce(string_agg(row::text, ' '), '') FROM {table} AS row");
        all += db.query_one(&sql, &[]).await.unwrap().get(0);
    }
    all
}

async fn count(app: &TestApp, sql: &str) -> i64 {
    app.app.base.db.get().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
}

/// The names of all files in the photo store.
fn files(app: &TestApp) -> Vec<String> {
    let root = app.app.base.config.data_dir.join("photos");
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(&root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    files
}
