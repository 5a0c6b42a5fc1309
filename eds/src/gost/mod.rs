//! GOST 34.10-2015 with 512 bits and GOST 34.310-2004, as the National Certification Authority uses them.
//!
//! Both are the scheme of GOST R 34.10-2012 (RFC 7091 section 6). What is peculiar to Kazakhstan is the order of bytes, which
//! was found by checking every real signature at hand, and is the same for certificates, lists, OCSP, CMS and XML:
//! the digest is read as a number with its **least** significant byte first; a signature is `r ‖ s`, and a public key `x ‖ y`,
//! each with the least significant byte first. Any other order is refused.

mod curve;
mod field;

use std::sync::{Arc, OnceLock};

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, Uint};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha512;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use curve::{Affine, Curve, Table, add_multiples_vartime, multiply};
use field::Fe;

/// `id-tc26-gost-3410-12-512-paramSetA` (RFC 7836 appendix A.2), which Kazakhstan calls 1.2.398.3.10.1.1.2.2.1.
static CURVE_512_A: Curve<8, 569> = {
    let order = Odd::<Uint<8>>::from_be_hex(
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
         27e69532f48d89116ff22b8d4e0560609b4b38abfad2b85dcacdb1411f10b275",
    );
    Curve {
        b: Fe::from_uint(&Uint::from_be_hex(
            "e8c2505dedfc86ddc1bd0b2b6667f1da34b82574761cb0e879bd081cfd0b6265\
             ee3cb090f30d27614cb4574010da90dd862ef9d4ebee4761503190785a71c760",
        )),
        generator: Affine {
            x: Fe::from_uint(&Uint::from_u8(3)),
            y: Fe::from_uint(&Uint::from_be_hex(
                "7503cfe87a836ae3a61b8816e25450e6ce5e1c93acf1abc1778064fdcbefa921\
                 df1626be4fd036e93d75e6a50e3a41e98028fe5fc235f5b889a589cb5215f2a4",
            )),
        },
        order: order.get_copy(),
        scalars: FixedMontyParams::new_vartime(order),
    }
};

/// `id-GostR3410-2001-CryptoPro-A-ParamSet` (RFC 4357 section 11.4), which Kazakhstan calls 1.2.398.3.10.1.1.1.1.1.
static CRYPTO_PRO_A: Curve<4, 617> = {
    let order = Odd::<Uint<4>>::from_be_hex("ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893");
    Curve {
        b: Fe::from_uint(&Uint::from_u8(0xa6)),
        generator: Affine {
            x: Fe::from_uint(&Uint::from_u8(1)),
            y: Fe::from_uint(&Uint::from_be_hex("8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14")),
        },
        order: order.get_copy(),
        scalars: FixedMontyParams::new_vartime(order),
    }
};

static TABLE_512: OnceLock<Table<8, 569>> = OnceLock::new();
static TABLE_256: OnceLock<Table<4, 617>> = OnceLock::new();

/// How scalars are cut for tables that are kept.
const PARTS: usize = 4;
const GENERATOR_WIDTH: u32 = 8;
const KEPT_WIDTH: u32 = 7;
const PASSING_WIDTH: u32 = 5;

/// A number from bytes with the least significant first; their count must be exact.
fn uint_from_le<const N: usize>(bytes: &[u8]) -> Option<Uint<N>> {
    if bytes.len() != 8 * N {
        return None;
    }
    let mut words = [0; N];
    for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_le_bytes(chunk.try_into().ok()?);
    }
    Some(Uint::from_words(words))
}

fn uint_to_le<const N: usize>(value: &Uint<N>) -> Vec<u8> {
    value.to_words().iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A public key on the curve of `N` words of 64 bits.
///
/// Only made of points that are on the curve; as the cofactor is one, each of them has the right order.
#[derive(Clone, Debug)]
pub struct VerifyingKey<const N: usize, const C: u64> {
    curve: &'static Curve<N, C>,
    generator: fn() -> &'static Table<N, C>,
    point: Affine<N, C>,
    table: Option<Arc<Table<N, C>>>,
}

/// A public key of GOST 34.10-2015 with 512 bits.
pub type Gost512Key = VerifyingKey<8, 569>;
/// A public key of GOST 34.310-2004.
pub type Gost2004Key = VerifyingKey<4, 617>;

impl VerifyingKey<8, 569> {
    /// From `x ‖ y`, 128 bytes, each half with its least significant byte first. None if this is no point of the curve.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::parse(bytes, &CURVE_512_A, || TABLE_512.get_or_init(|| generator_table(&CURVE_512_A)))
    }
}

impl VerifyingKey<4, 617> {
    /// From `x ‖ y`, 64 bytes, each half with its least significant byte first. None if this is no point of the curve.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::parse(bytes, &CRYPTO_PRO_A, || TABLE_256.get_or_init(|| generator_table(&CRYPTO_PRO_A)))
    }
}

fn generator_table<const N: usize, const C: u64>(curve: &Curve<N, C>) -> Table<N, C> {
    Table::new(&curve.generator, PARTS, GENERATOR_WIDTH)
}

impl<const N: usize, const C: u64> VerifyingKey<N, C> {
    fn parse(bytes: &[u8], curve: &'static Curve<N, C>, generator: fn() -> &'static Table<N, C>) -> Option<Self> {
        let (x, y) = bytes.split_at_checked(8 * N)?;
        let point = Affine { x: Fe::from_le_bytes(x)?, y: Fe::from_le_bytes(y)? };
        point.is_on(curve).then_some(Self { curve, generator, point, table: None })
    }

    /// `x ‖ y`, the form that [`from_bytes`](Gost512Key::from_bytes) reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = uint_to_le(&self.point.x.to_uint());
        bytes.extend(uint_to_le(&self.point.y.to_uint()));
        bytes
    }

    /// Computes multiples of the key, with which a check takes about half the time. Worth it for keys that check more than
    /// one signature: those of authorities.
    #[must_use]
    pub fn with_table(mut self) -> Self {
        self.table = Some(Arc::new(Table::new(&self.point, PARTS, KEPT_WIDTH)));
        self
    }

    /// Whether `r ‖ s` is a signature of this digest (RFC 7091 section 6.2). The time depends on the inputs, which are public.
    pub fn verify(&self, digest: &[u8], signature: &[u8]) -> bool {
        self.check(digest, signature).unwrap_or(false)
    }

    fn check(&self, digest: &[u8], signature: &[u8]) -> Option<bool> {
        let (r, s) = signature.split_at_checked(8 * N)?;
        let (r, s) = (uint_from_le::<N>(r)?, uint_from_le::<N>(s)?);
        let order = &self.curve.order;
        if [r, s].iter().any(|number| *number == Uint::ZERO || number >= order) {
            return Some(false);
        }
        let scalar = |number: &Uint<N>| FixedMontyForm::new(number, &self.curve.scalars);
        let inverse: Option<FixedMontyForm<N>> = scalar(&digest_number(digest, order)?).invert_vartime().into();
        let inverse = inverse?;
        let of_generator = scalar(&s).mul(&inverse).retrieve();
        let of_key = scalar(&r).mul(&inverse).neg().retrieve();
        let passing;
        let table = if let Some(table) = &self.table {
            &**table
        } else {
            passing = Table::new(&self.point, 1, PASSING_WIDTH);
            &passing
        };
        let sum = add_multiples_vartime((&of_generator, (self.generator)()), (&of_key, table));
        if sum.z.is_zero() {
            return Some(false);
        }
        // x / z² ≡ r modulo the order, without a division: both numbers below p with that residue are tried.
        let zz = sum.z.square();
        let matches = |candidate: &Uint<N>| Fe::from_uint(candidate).mul(&zz) == sum.x;
        let (next, over) = r.carrying_add(order, crypto_bigint::Limb::ZERO);
        let next_is_below_p = over.0 == 0 && Fe::<N, C>::from_uint(&next).to_uint() == next;
        Some(matches(&r) || (next_is_below_p && matches(&next)))
    }
}

impl<const N: usize, const C: u64> PartialEq for VerifyingKey<N, C> {
    fn eq(&self, other: &Self) -> bool {
        self.point == other.point
    }
}

impl<const N: usize, const C: u64> Eq for VerifyingKey<N, C> {}

/// The digest as a number modulo the order, one in place of zero (RFC 7091 section 6.1 step 2).
fn digest_number<const N: usize>(digest: &[u8], order: &Uint<N>) -> Option<Uint<N>> {
    let number = uint_from_le::<N>(digest)?;
    // Both orders are above half of 2^(64·N), so one subtraction reduces.
    let number = if number >= *order { number.wrapping_sub(order) } else { number };
    Some(if number == Uint::ZERO { Uint::ONE } else { number })
}

/// A private key. Zeroed when it is dropped; its operations take the same time for all keys.
pub struct SigningKey<const N: usize, const C: u64> {
    secret: Uint<N>,
    public: VerifyingKey<N, C>,
}

/// A private key of GOST 34.10-2015 with 512 bits.
pub type Gost512Signer = SigningKey<8, 569>;
/// A private key of GOST 34.310-2004.
pub type Gost2004Signer = SigningKey<4, 617>;

impl SigningKey<8, 569> {
    /// From 64 bytes with the least significant first. None unless the number is between one and the order.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::parse(bytes, &CURVE_512_A, Gost512Key::from_bytes)
    }
}

impl SigningKey<4, 617> {
    /// From 32 bytes with the least significant first. None unless the number is between one and the order.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::parse(bytes, &CRYPTO_PRO_A, Gost2004Key::from_bytes)
    }
}

impl<const N: usize, const C: u64> SigningKey<N, C> {
    fn parse(
        bytes: &[u8],
        curve: &'static Curve<N, C>,
        public: fn(&[u8]) -> Option<VerifyingKey<N, C>>,
    ) -> Option<Self> {
        let secret = uint_from_le::<N>(bytes)?;
        if secret == Uint::ZERO || secret >= curve.order {
            return None;
        }
        let point = multiply(&curve.generator, &secret, curve);
        let mut bytes = uint_to_le(&point.x.to_uint());
        bytes.extend(uint_to_le(&point.y.to_uint()));
        Some(Self { secret, public: public(&bytes)? })
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey<N, C> {
        &self.public
    }

    /// Signs a digest of 8·N bytes: `r ‖ s`. None if the digest has another length.
    ///
    /// The one-time number is derived from key, digest and `extra` as RFC 6979 section 3.2 and 3.6 say, with HMAC-SHA-512;
    /// `extra` may be empty or random bytes, which protect against faults in the computation.
    pub fn sign(&self, digest: &[u8], extra: &[u8]) -> Option<Vec<u8>> {
        let curve = self.public.curve;
        let scalar = |number: &Uint<N>| FixedMontyForm::new(number, &curve.scalars);
        let e = digest_number(digest, &curve.order)?;
        let secret = Zeroizing::new(uint_to_le(&self.secret));
        let mut numbers = OneTimeNumbers::new(&[&secret, digest, extra]);
        loop {
            let bytes = numbers.next(8 * N);
            let mut k = uint_from_le::<N>(&bytes)?;
            if k == Uint::ZERO || k >= curve.order {
                continue;
            }
            if let Some(signature) = self.sign_with(&e, &k, scalar) {
                k.zeroize();
                return Some(signature);
            }
        }
    }

    #[allow(clippy::many_single_char_names, reason = "the names of the standard")]
    fn sign_with(&self, e: &Uint<N>, k: &Uint<N>, scalar: impl Fn(&Uint<N>) -> FixedMontyForm<N>) -> Option<Vec<u8>> {
        let curve = self.public.curve;
        let x = multiply(&curve.generator, k, curve).x.to_uint();
        let r = if x >= curve.order { x.wrapping_sub(&curve.order) } else { x };
        let s = scalar(&r).mul(&scalar(&self.secret)).add(&scalar(k).mul(&scalar(e))).retrieve();
        if r == Uint::ZERO || s == Uint::ZERO {
            return None;
        }
        let mut signature = uint_to_le(&r);
        signature.extend(uint_to_le(&s));
        Some(signature)
    }
}

impl<const N: usize, const C: u64> Drop for SigningKey<N, C> {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl<const N: usize, const C: u64> std::fmt::Debug for SigningKey<N, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// The generator of RFC 6979 section 3.2 (that of NIST SP 800-90A without reseeding), over HMAC-SHA-512.
#[derive(Zeroize, ZeroizeOnDrop)]
struct OneTimeNumbers {
    key: [u8; 64],
    value: [u8; 64],
}

impl OneTimeNumbers {
    fn new(seed: &[&[u8]]) -> Self {
        let mut numbers = Self { key: [0; 64], value: [1; 64] };
        numbers.update(0, seed);
        numbers.update(1, seed);
        numbers
    }

    fn update(&mut self, marker: u8, seed: &[&[u8]]) {
        let value = self.value;
        let mut parts = vec![&value[..], std::slice::from_ref(&marker)];
        parts.extend(seed);
        self.key = self.hmac(&parts);
        self.value = self.hmac(&[&value]);
    }

    fn hmac(&self, parts: &[&[u8]]) -> [u8; 64] {
        let mut hmac = Hmac::<Sha512>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        for part in parts {
            hmac.update(part);
        }
        hmac.finalize().into_bytes().into()
    }

    /// The next number; what follows a number is independent of it.
    fn next(&mut self, length: usize) -> Zeroizing<Vec<u8>> {
        self.value = self.hmac(&[&self.value]);
        let number = Zeroizing::new(self.value[..length].to_vec());
        self.update(0, &[]);
        number
    }
}

#[cfg(test)]
mod tests;
