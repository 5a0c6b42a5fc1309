//! Making of enveloped signatures, in the form of NCALayer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::c14n::{Method, canonicalize};
use super::{DSIG, ENVELOPED, PKI, child, parse};
use crate::algorithm::SignatureAlgorithm;
use crate::asn1::{Malformed, Parsed};
use crate::sign::Signer;

const WITH_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
const PLAIN: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/// The document with one more signature at the end of its root: over everything, those before it included.
///
/// The other octets stay as they were, so that earlier signatures hold. Refuses what [`verify_xml`](crate::Verifier::verify_xml)
/// can not read: a DOCTYPE, another encoding than UTF-8.
pub fn sign_xml(document: &[u8], signer: &Signer<'_>) -> Parsed<String> {
    const BAD: Malformed = Malformed("XML");
    let (source, tree) = parse(document).map_err(|_| BAD)?;
    let method = Method::from_uri(WITH_COMMENTS).ok_or(BAD)?;
    let content = canonicalize(tree.root(), source, &method, &[])?;
    let (scheme, digest) = match signer.key.algorithm() {
        SignatureAlgorithm::Gost512 => {
            (format!("{PKI}gostr34102015-gostr34112015-512"), format!("{PKI}gostr34112015-512"))
        }
        _ => (
            "http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311".to_owned(),
            "http://www.w3.org/2001/04/xmldsig-more#gost34311".to_owned(),
        ),
    };
    let value = STANDARD.encode(signer.key.algorithm().digest().digest(&[&content]));
    let certificate = STANDARD.encode(signer.certificate.der());
    let info = format!(
        "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{PLAIN}\"/><ds:SignatureMethod Algorithm=\"{scheme}\"/>\
         <ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"/>\
         <ds:Transform Algorithm=\"{WITH_COMMENTS}\"/></ds:Transforms><ds:DigestMethod Algorithm=\"{digest}\"/>\
         <ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    );
    let with_value = |value: &str| {
        format!(
            "<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo>\
             <ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
        )
    };
    // Signed as it will be read: inside of the document, whose namespaces are in scope.
    let draft = insert(source, tree.root_element().range().end, &with_value(""))?;
    let (draft, tree) = parse(draft.as_bytes()).map_err(|_| BAD)?;
    let signature = tree.root_element().last_element_child().ok_or(BAD)?;
    let info = child(signature, "SignedInfo").ok_or(BAD)?;
    let octets = canonicalize(info, draft, &Method::from_uri(PLAIN).ok_or(BAD)?, &[])?;
    let value = STANDARD.encode(signer.key.sign(&octets, signer.extra));
    insert(source, root_end(source)?, &with_value(&value))
}

fn root_end(source: &str) -> Parsed<usize> {
    let (_, tree) = parse(source.as_bytes()).map_err(|_| Malformed("XML"))?;
    Ok(tree.root_element().range().end)
}

/// Puts text before the end tag of the root, whose last octet is before `end`.
fn insert(source: &str, end: usize, text: &str) -> Parsed<String> {
    let root = &source[..end];
    if let Some(open) = root.strip_suffix("/>") {
        // An empty root gets an end tag.
        let start = root.rfind('<').ok_or(Malformed("XML"))?;
        let name = root[start + 1..].split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default();
        return Ok(format!("{open}>{text}</{name}>{}", &source[end..]));
    }
    let close = root.rfind("</").ok_or(Malformed("XML"))?;
    Ok(format!("{}{text}{}", &source[..close], &source[close..]))
}
