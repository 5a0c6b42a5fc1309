//! Where photos are kept: a folder, or a bucket of an S3-compatible store. Names are made here (X25), never taken from
//! a client, and begin with the day, so that files without a row are found by looking at a few days only.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::NaiveDate;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use uuid::Uuid;

use crate::platform::config::Config;
use crate::platform::problem::{Error, Result};

/// How long a request may wait for a bucket.
const PATIENCE: Duration = Duration::from_secs(10);

/// The photos of all reports. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct PhotoStore(Arc<dyn ObjectStore>);

impl PhotoStore {
    /// Opens the store that the settings name; makes the folder, readable by its owner only, if that is what it is.
    pub(crate) fn open(config: &Config) -> Result<Self> {
        let url = config.photos_url.as_deref();
        Ok(Self(open_store(config, url, "TANBA_PHOTOS_URL", &config.data_dir.join("photos"))?))
    }

    /// Writes a photo; durable when this returns.
    pub(crate) async fn put(&self, name: &str, jpeg: Bytes) -> Result<()> {
        self.0.put(&Path::from(name), PutPayload::from_bytes(jpeg)).await?;
        Ok(())
    }

    /// Reads a photo; none when there is no such file.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<Bytes>> {
        match self.0.get(&Path::from(name)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes photos. Those that are gone already are no fault.
    pub(crate) async fn delete(&self, names: &[String]) -> Result<()> {
        for name in names {
            match self.0.delete(&Path::from(name.as_str())).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The names and sizes of all photos.
    pub(crate) fn list(&self) -> impl Stream<Item = Result<(String, u64)>> {
        self.0.list(None).map_ok(|found| (String::from(found.location), found.size)).map_err(Error::from)
    }

    /// The names of all photos of a day, in portions.
    pub(crate) async fn list_day(&self, day: NaiveDate) -> Result<Vec<Vec<String>>> {
        let folder = Path::from(day.format("%Y/%m/%d").to_string());
        let names = self.0.list(Some(&folder)).map_ok(|found| String::from(found.location));
        let portions = names.chunks(1_000).map(|portion| portion.into_iter().collect::<Result<_, _>>());
        Ok(portions.try_collect().await?)
    }
}

/// Opens a bucket, or else a folder, which is made.
pub(super) fn open_store(
    config: &Config,
    url: Option<&str>,
    setting: &str,
    folder: &std::path::Path,
) -> Result<Arc<dyn ObjectStore>> {
    let Some(url) = url else {
        std::fs::create_dir_all(folder)?;
        std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        // What is acknowledged is on disk; so are photos.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        return Ok(Arc::new(store));
    };
    let place = url.strip_prefix("s3://").filter(|place| !place.is_empty());
    let place = place.ok_or_else(|| Error::internal(format!("{setting}: must look like s3://bucket/prefix")))?;
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let retry = RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() };
    // Options replace all client settings, so they come before those from the environment.
    let mut builder = AmazonS3Builder::new()
        .with_client_options(ClientOptions::new().with_timeout(PATIENCE).with_connect_timeout(PATIENCE / 5))
        .with_retry(retry)
        .with_bucket_name(bucket);
    for (name, value) in &config.photos_options {
        builder = builder.with_config(AmazonS3ConfigKey::from_str(&name.to_ascii_lowercase())?, value);
    }
    Ok(Arc::new(PrefixStore::new(builder.build()?, prefix)))
}

/// The name of a photo that came in on this day.
pub(crate) fn name(day: NaiveDate, id: Uuid) -> String {
    format!("{}/{id}.jpg", day.format("%Y/%m/%d"))
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        Self::Unavailable { slug: "store-unavailable", source: Box::new(error) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn config(photos_url: Option<&str>) -> Config {
        let mut config = Config::from(|_| None).unwrap();
        config.data_dir = std::env::temp_dir().join(format!("tanba-photos-{}", Uuid::new_v4()));
        config.photos_url = photos_url.map(str::to_owned);
        config
    }

    #[tokio::test]
    async fn a_photo_is_kept_in_the_folder_of_its_day_until_it_is_deleted() {
        let config = config(None);
        let photos = PhotoStore::open(&config).unwrap();
        let folder = config.data_dir.join("photos");
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let name = super::name(day, Uuid::from_u128(7));
        assert_eq!(name, "2026/11/20/00000000-0000-0000-0000-000000000007.jpg");
        photos.put(&name, Bytes::from_static(b"jpeg")).await.unwrap();
        assert_eq!(photos.get(&name).await.unwrap().unwrap(), "jpeg");
        assert_eq!(photos.list_day(day).await.unwrap(), [[name.clone()]]);
        assert!(photos.list_day(day.succ_opt().unwrap()).await.unwrap().is_empty());
        for _ in 0..2 {
            photos.delete(std::slice::from_ref(&name)).await.unwrap();
        }
        assert_eq!(photos.get(&name).await.unwrap(), None);
        std::fs::remove_dir_all(config.data_dir).unwrap();
    }

    #[test]
    fn an_address_that_is_no_bucket_is_refused_and_named() {
        for url in ["s3://", "http://bucket", "bucket"] {
            let error = PhotoStore::open(&config(Some(url))).unwrap_err().to_string();
            assert!(error.contains("TANBA_PHOTOS_URL"), "{error}");
        }
        let mut named = config(Some("s3://bucket/photos"));
        named.photos_options = vec![("AWS_REGION".into(), "eu-central-1".into())];
        assert!(PhotoStore::open(&named).is_ok());
    }
}
