//! XML signatures (W3C "XML-Signature Syntax and Processing" of 2002-02-12), as NCALayer and the state's gateway make them.

pub(crate) mod c14n;
mod sign;

pub use sign::sign_xml;

use std::cell::Cell;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node, NodeId, ParsingOptions};

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::asn1::{Malformed, Parsed};
use crate::certificate::Certificate;
use crate::policy::Purpose;
use crate::verdict::{Check, Outcome, Reason, SignerVerdict, Verdict, push, worst};
use crate::verify::Verifier;
use c14n::{Method, canonicalize, qualified_name};

const MAX_LENGTH: usize = 8 * 1024 * 1024;
const MAX_NODES: u32 = 500_000;
const MAX_DEPTH: usize = 256;
/// The parser copies the namespaces in scope for each element that declares one.
const MAX_DECLARATIONS: usize = 2_000;
/// The parser compares the attributes of an element pair by pair.
const MAX_ATTRIBUTES: usize = 1_000;
const MAX_SIGNATURES: usize = 32;
const MAX_REFERENCES: usize = 8;
/// Canonical forms that are made of one document; each may be of all of it.
const MAX_FORMS: usize = 48;

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// What the authority's identifiers begin with.
pub(crate) const PKI: &str = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:";

impl SignatureAlgorithm {
    fn from_uri(uri: &str) -> Option<Self> {
        Some(match uri.strip_prefix(PKI).unwrap_or(uri) {
            "gostr34102015-gostr34112015-512" => Self::Gost512,
            "gostr34102015-gostr34112015-256" => Self::Gost256,
            "http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311" => Self::Gost2004,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => Self::RsaSha256,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => Self::RsaSha512,
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => Self::RsaSha1,
            _ => return None,
        })
    }
}

impl DigestAlgorithm {
    fn from_uri(uri: &str) -> Option<Self> {
        Some(match uri.strip_prefix(PKI).unwrap_or(uri) {
            "gostr34112015-512" => Self::Streebog512,
            "gostr34112015-256" => Self::Streebog256,
            "http://www.w3.org/2001/04/xmldsig-more#gost34311" => Self::Gost34311,
            "http://www.w3.org/2001/04/xmlenc#sha256" => Self::Sha256,
            "http://www.w3.org/2001/04/xmlenc#sha512" => Self::Sha512,
            "http://www.w3.org/2000/09/xmldsig#sha1" => Self::Sha1,
            _ => return None,
        })
    }
}

/// A document with its text; positions in the one are of the other.
pub(crate) fn parse(bytes: &[u8]) -> Result<(&str, Document<'_>), Reason> {
    let text = std::str::from_utf8(bytes).map_err(|_| Reason::Malformed)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if bytes.len() > MAX_LENGTH || text.matches("xmlns").count() > MAX_DECLARATIONS || has_crowded_tag(text) {
        return Err(Reason::Malformed);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    match Document::parse_with_options(text, options) {
        Ok(document) if is_deep(&document) => Err(Reason::Malformed),
        Ok(document) => Ok((text, document)),
        Err(roxmltree::Error::DtdDetected) => Err(Reason::DoctypeForbidden),
        Err(_) => Err(Reason::Malformed),
    }
}

/// Whether something between two `<` looks like more attributes than an element may have; a value has no `<` inside.
fn has_crowded_tag(text: &str) -> bool {
    text.split('<').any(|part| {
        part.len() > 4 * MAX_ATTRIBUTES
            && part.split('=').skip(1).filter(|after| after.trim_start().starts_with(['"', '\''])).count()
                > MAX_ATTRIBUTES
    })
}

/// Whether elements are nested deeper than the cap; without recursion.
fn is_deep(document: &Document<'_>) -> bool {
    let mut depth = 0;
    let mut node = document.root();
    loop {
        if let Some(child) = node.first_child() {
            depth += 1;
            if depth > MAX_DEPTH {
                return true;
            }
            node = child;
            continue;
        }
        loop {
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return false };
            depth -= 1;
            node = parent;
        }
    }
}

fn child<'d>(node: Node<'d, 'd>, name: &str) -> Option<Node<'d, 'd>> {
    let mut found = node.children().filter(|child| child.has_tag_name((DSIG, name)));
    found.next().filter(|_| found.next().is_none())
}

fn base64_text(node: Node<'_, '_>) -> Option<Vec<u8>> {
    let text: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    let digits: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).ok()
}

/// The attributes that name an element.
fn id_of<'d>(node: Node<'d, 'd>) -> impl Iterator<Item = &'d str> {
    node.attributes()
        .filter(|attribute| match attribute.namespace() {
            None => matches!(attribute.name(), "Id" | "ID" | "id"),
            Some(UTILITY) => attribute.name() == "Id",
            Some(XML) => attribute.name() == "id",
            Some(_) => false,
        })
        .map(|attribute| attribute.value())
}

impl Verifier<'_> {
    /// Verifies the signatures in an XML document: enveloped ones over the whole (`URI=""`) or over an element (`URI="#…"`),
    /// those of NCALayer where each covers the earlier ones, and WS-Security of the state's gateway.
    ///
    /// Refused: a DOCTYPE, references to anything outside, transforms other than `enveloped-signature` and canonical forms,
    /// `Object` inside of a signature, an identifier that two elements have, a signed element that is not beside or above its
    /// signature, and one with a namesake elsewhere. [`SignerVerdict::covers`] says what is signed: read nothing else.
    pub fn verify_xml(&self, bytes: &[u8], purpose: Option<Purpose>) -> Verdict {
        let (source, document) = match parse(bytes) {
            Ok(parsed) => parsed,
            Err(reason) => return Verdict::failed(reason, None),
        };
        let is_signature = |node: &Node<'_, '_>| node.has_tag_name((DSIG, "Signature"));
        let signatures: Vec<Node<'_, '_>> = document
            .descendants()
            .filter(is_signature)
            .filter(|node| !node.ancestors().skip(1).any(|above| is_signature(&above)))
            .take(MAX_SIGNATURES + 1)
            .collect();
        if signatures.len() > MAX_SIGNATURES {
            return Verdict::failed(Reason::Malformed, Some("too many signatures".to_owned()));
        }
        let forms = Cell::new(MAX_FORMS);
        let signers = signatures.iter().enumerate().map(|(i, signature)| {
            let later: Vec<NodeId> = signatures[i..].iter().map(Node::id).collect();
            let xml = Signed { source, document: &document, signature: *signature, later, forms: &forms };
            self.verify_signature(&xml, purpose)
        });
        Verdict::of(signers.collect())
    }

    fn verify_signature(&self, xml: &Signed<'_, '_>, purpose: Option<Purpose>) -> SignerVerdict {
        let mut result = SignerVerdict::new(self.now);
        let Some(parts) = xml.parts() else {
            result.record(Check::SignedAttributes, &[Reason::Malformed]);
            return result;
        };
        let (covers, reasons) = xml.content(&parts);
        result.covers = covers;
        result.record(Check::Content, &reasons);
        result.algorithm = parts.scheme;
        let certificate = match xml.certificate() {
            Ok(Some(certificate)) => Arc::new(certificate),
            Ok(None) => {
                result.record(Check::Signature, &[Reason::SignerCertificateMissing]);
                return result;
            }
            Err(_) => {
                result.record(Check::Signature, &[Reason::Malformed]);
                return result;
            }
        };
        result.identity = certificate.identity();
        let mut reasons = Vec::new();
        let key = certificate.key();
        if !key.is_supported() {
            reasons.push(Reason::UnsupportedKey);
        }
        match parts.scheme {
            Some(scheme) if !self.policy.algorithms.contains(&scheme) || scheme.digest().is_weak() => {
                reasons.push(Reason::WeakAlgorithm);
            }
            Some(scheme) if key.is_supported() && !key.fits(scheme) => reasons.push(Reason::AlgorithmMismatch),
            Some(_) => {}
            None => reasons.push(Reason::WeakAlgorithm),
        }
        result.record(Check::Algorithm, &reasons);
        if worst(&reasons) == Outcome::Valid {
            let signed = canonicalize(parts.info, xml.source, &parts.method, &[]);
            let holds = match (parts.scheme, signed) {
                (Some(scheme), Ok(signed)) => key.verify(scheme, &signed, &parts.value),
                _ => false,
            };
            result.record(Check::Signature, if holds { &[] } else { &[Reason::SignatureInvalid] });
        } else {
            result.skip(Check::Signature);
        }
        if self.policy.require_timestamp {
            result.record(Check::Timestamp, &[Reason::TimestampMissing]);
        }
        self.judge(&mut result, &certificate, &[], purpose);
        result
    }
}

/// A signature in its document.
struct Signed<'a, 'd> {
    source: &'a str,
    document: &'d Document<'d>,
    signature: Node<'d, 'd>,
    /// This signature and those after it.
    later: Vec<NodeId>,
    /// How many canonical forms may still be made.
    forms: &'a Cell<usize>,
}

struct Parts<'d> {
    info: Node<'d, 'd>,
    method: Method,
    scheme: Option<SignatureAlgorithm>,
    references: Vec<Node<'d, 'd>>,
    value: Vec<u8>,
}

impl<'d> Signed<'_, 'd> {
    /// None if the signature is not made of what it has to be made of.
    fn parts(&self) -> Option<Parts<'d>> {
        let info = child(self.signature, "SignedInfo")?;
        if self.signature.children().any(|node| node.has_tag_name((DSIG, "Object"))) {
            return None;
        }
        let method = read_method(child(info, "CanonicalizationMethod")?)?;
        let scheme = child(info, "SignatureMethod")?.attribute("Algorithm").and_then(SignatureAlgorithm::from_uri);
        let references: Vec<_> = info.children().filter(|node| node.has_tag_name((DSIG, "Reference"))).collect();
        if references.is_empty() || references.len() > MAX_REFERENCES {
            return None;
        }
        let value = base64_text(child(self.signature, "SignatureValue")?)?;
        Some(Parts { info, method, scheme, references, value })
    }

    /// What is covered, and the reasons against it.
    fn content(&self, parts: &Parts<'d>) -> (Option<String>, Vec<Reason>) {
        let mut covers = Vec::new();
        let mut reasons = Vec::new();
        let mut is_whole = false;
        for reference in &parts.references {
            match self.reference(*reference, parts.scheme) {
                Ok(target) => {
                    is_whole |= target.is_root() || target == self.document.root_element();
                    covers.push(self.path(target));
                }
                Err(reason) => push(&mut reasons, reason),
            }
        }
        if reasons.is_empty() && !is_whole {
            reasons.push(Reason::PartialCoverage);
        }
        ((!covers.is_empty()).then(|| covers.join(" ")), reasons)
    }

    fn path(&self, target: Node<'d, 'd>) -> String {
        let mut names: Vec<&str> =
            target.ancestors().filter(Node::is_element).map(|node| qualified_name(node, self.source)).collect();
        names.reverse();
        format!("/{}", names.join("/"))
    }

    /// The node that a reference names, if its digest is the right one.
    fn reference(&self, reference: Node<'d, 'd>, scheme: Option<SignatureAlgorithm>) -> Result<Node<'d, 'd>, Reason> {
        let target = match reference.attribute("URI") {
            Some("") => self.document.root(),
            Some(uri) => self.find(uri.strip_prefix('#').ok_or(Reason::ReferenceForbidden)?)?,
            None => return Err(Reason::ReferenceForbidden),
        };
        let (is_enveloped, method) = transforms(reference)?;
        let digest = child(reference, "DigestMethod")
            .and_then(|node| node.attribute("Algorithm"))
            .and_then(DigestAlgorithm::from_uri)
            .ok_or(Reason::WeakAlgorithm)?;
        if digest.is_weak() {
            return Err(Reason::WeakAlgorithm);
        }
        if scheme.is_some_and(|scheme| scheme.digest() != digest) {
            return Err(Reason::AlgorithmMismatch);
        }
        let expected = child(reference, "DigestValue").and_then(base64_text).ok_or(Reason::Malformed)?;
        // An enveloped signature leaves itself out. Those of NCALayer were made before the later ones were there. And a
        // same-document reference has no comments (section 4.3.3.3), although most software hashes them if the method says so.
        let alone = if is_enveloped { &self.later[..1] } else { &[] };
        let mut attempts = vec![(alone, method.clone())];
        if is_enveloped && self.later.len() > 1 {
            attempts.push((&self.later[..], method.clone()));
        }
        if method.has_comments {
            let plain = Method { has_comments: false, ..method };
            attempts.extend(attempts.clone().into_iter().map(|(left_out, _)| (left_out, plain.clone())));
        }
        let mut last: Option<Vec<u8>> = None;
        for (left_out, method) in attempts {
            self.forms.set(self.forms.get().checked_sub(1).ok_or(Reason::Malformed)?);
            let octets = canonicalize(target, self.source, &method, left_out).map_err(|_| Reason::Malformed)?;
            if last.as_ref() != Some(&octets) && digest.digest(&[&octets]) == expected {
                self.refuse_wrapping(target)?;
                return Ok(target);
            }
            last = Some(octets);
        }
        Err(Reason::DigestMismatch)
    }

    /// The one element with this identifier.
    fn find(&self, id: &str) -> Result<Node<'d, 'd>, Reason> {
        if id.is_empty() || id.contains(['(', ')', '\'', '"']) {
            return Err(Reason::ReferenceForbidden);
        }
        let mut found = self.document.descendants().filter(|node| id_of(*node).any(|of| of == id));
        let first = found.next().ok_or(Reason::ReferenceForbidden)?;
        if found.next().is_some() { Err(Reason::DuplicateId) } else { Ok(first) }
    }

    /// A signed element is above its signature, or a child of something above it; and readers who look for it by name find no
    /// other one.
    fn refuse_wrapping(&self, target: Node<'d, 'd>) -> Result<(), Reason> {
        if target.is_root() || self.signature.ancestors().any(|above| above == target) {
            return Ok(());
        }
        let is_beside = target.parent().is_some_and(|parent| self.signature.ancestors().any(|above| above == parent));
        let has_namesake = self.document.descendants().any(|node| {
            node.is_element() && node.tag_name() == target.tag_name() && !node.ancestors().any(|above| above == target)
        });
        if is_beside && !has_namesake { Ok(()) } else { Err(Reason::Wrapping) }
    }

    /// The certificate: `X509Certificate`, or the token of WS-Security, inside or by reference.
    fn certificate(&self) -> Parsed<Option<Certificate>> {
        let Some(info) = child(self.signature, "KeyInfo") else { return Ok(None) };
        let local = |node: &Node<'d, 'd>, name: &str| node.is_element() && node.tag_name().name() == name;
        let direct = info.descendants().find(|node| node.has_tag_name((DSIG, "X509Certificate")));
        let inside =
            || info.descendants().find(|node| local(node, "KeyIdentifier") || local(node, "BinarySecurityToken"));
        let referred = || {
            let reference = info.descendants().find(|node| local(node, "Reference"))?;
            let token = self.find(reference.attribute("URI")?.strip_prefix('#')?).ok()?;
            local(&token, "BinarySecurityToken").then_some(token)
        };
        let Some(node) = direct.or_else(inside).or_else(referred) else { return Ok(None) };
        let der = base64_text(node).ok_or(Malformed("certificate in base64"))?;
        Certificate::from_der(&der).map(Some)
    }
}

/// Whether the signature leaves itself out, and the canonical form. Only the two kinds, in this order (section 6.6.4 of the
/// standard would have the enveloped one work on octets otherwise).
fn transforms(reference: Node<'_, '_>) -> Result<(bool, Method), Reason> {
    let mut is_enveloped = false;
    let mut method = None;
    if let Some(list) = child(reference, "Transforms") {
        for transform in list.children().filter(Node::is_element) {
            match transform.attribute("Algorithm") {
                Some(ENVELOPED) if method.is_none() => is_enveloped = true,
                Some(_) if method.is_none() => {
                    method = Some(read_method(transform).ok_or(Reason::TransformForbidden)?);
                }
                _ => return Err(Reason::TransformForbidden),
            }
        }
    }
    let default = || Method { is_exclusive: false, has_comments: false, inclusive_prefixes: Vec::new() };
    Ok((is_enveloped, method.unwrap_or_else(default)))
}

/// A canonical form with its prefixes. Any other parameter is refused.
fn read_method(node: Node<'_, '_>) -> Option<Method> {
    let mut method = Method::from_uri(node.attribute("Algorithm")?)?;
    for parameter in node.children().filter(Node::is_element) {
        if !method.is_exclusive || !parameter.has_tag_name((EXCLUSIVE, "InclusiveNamespaces")) {
            return None;
        }
        let prefixes = parameter.attribute("PrefixList")?.split_ascii_whitespace();
        method.inclusive_prefixes.extend(prefixes.map(str::to_owned));
    }
    Some(method)
}
