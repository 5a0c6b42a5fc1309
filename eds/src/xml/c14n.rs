//! Canonical XML 1.0 and Exclusive XML Canonicalization 1.0 (W3C recommendations of 2001-03-15 and 2002-07-18).

use std::collections::BTreeMap;

use roxmltree::{Attribute, Node, NodeId, NodeType};

use crate::asn1::{Malformed, Parsed};

/// Elements inside each other.
const MAX_DEPTH: usize = 256;
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// How a document is made canonical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) is_exclusive: bool,
    pub(crate) has_comments: bool,
    /// `InclusiveNamespaces` of the exclusive form; the default namespace is `#default`.
    pub(crate) inclusive_prefixes: Vec<String>,
}

impl Method {
    /// From the identifier of an algorithm.
    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        let (is_exclusive, has_comments) = match uri {
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" => (false, false),
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments" => (false, true),
            "http://www.w3.org/2001/10/xml-exc-c14n#" => (true, false),
            "http://www.w3.org/2001/10/xml-exc-c14n#WithComments" => (true, true),
            _ => return None,
        };
        Some(Self { is_exclusive, has_comments, inclusive_prefixes: Vec::new() })
    }
}

/// The canonical octets of a document or of an element, without the nodes in `left_out`.
pub(crate) fn canonicalize(node: Node<'_, '_>, source: &str, method: &Method, left_out: &[NodeId]) -> Parsed<Vec<u8>> {
    let mut writer = Writer { source, method, left_out, out: String::with_capacity(source.len() / 2) };
    if node.is_root() {
        let root = node.document().root_element();
        let mut after_root = false;
        for child in node.children() {
            match child.node_type() {
                NodeType::Element => {
                    writer.element(child, &BTreeMap::new(), 0)?;
                    after_root = true;
                }
                NodeType::Comment if !method.has_comments => {}
                NodeType::Comment | NodeType::PI => {
                    // Line ends stand between the root and what is beside it.
                    if after_root {
                        writer.out.push('\n');
                    }
                    writer.other(child);
                    if !after_root {
                        writer.out.push('\n');
                    }
                }
                NodeType::Root | NodeType::Text => {}
            }
        }
        debug_assert!(root.is_element());
    } else {
        writer.element(node, &BTreeMap::new(), 0)?;
    }
    Ok(writer.out.into_bytes())
}

/// Prefixes and their namespaces, as the nearest written ancestor has them; the default one is empty.
type Written<'a> = BTreeMap<&'a str, &'a str>;

struct Writer<'a> {
    source: &'a str,
    method: &'a Method,
    left_out: &'a [NodeId],
    out: String,
}

/// The name of an element as it is written.
pub(crate) fn qualified_name<'a>(node: Node<'_, '_>, source: &'a str) -> &'a str {
    let rest = &source[node.range().start + 1..];
    let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(rest.len());
    &rest[..end]
}

fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

impl<'a> Writer<'a> {
    fn element<'d>(&mut self, node: Node<'d, 'd>, above: &Written<'d>, depth: usize) -> Parsed<()>
    where
        'a: 'd,
    {
        if depth > MAX_DEPTH {
            return Err(Malformed("XML is nested too deep"));
        }
        if self.left_out.contains(&node.id()) {
            return Ok(());
        }
        let name = qualified_name(node, self.source);
        self.out.push('<');
        self.out.push_str(name);

        let attributes: Vec<(&str, Attribute<'d, 'd>)> =
            node.attributes().map(|attribute| (&self.source[attribute.range_qname()], attribute)).collect();
        let mut written = above.clone();
        let declared = self.namespaces(node, name, &attributes, above);
        for (prefix, uri) in declared {
            written.insert(prefix, uri);
            self.out.push_str(" xmlns");
            if !prefix.is_empty() {
                self.out.push(':');
                self.out.push_str(prefix);
            }
            self.out.push_str("=\"");
            self.attribute_value(uri);
            self.out.push('"');
        }

        let mut sorted: Vec<(&str, &str, &str, &str)> = attributes
            .iter()
            .map(|(name, attribute)| (attribute.namespace().unwrap_or(""), attribute.name(), *name, attribute.value()))
            .collect();
        if depth == 0 && !self.method.is_exclusive {
            // The attributes xml:… of ancestors that are not written (section 2.4 of Canonical XML).
            for ancestor in node.ancestors().skip(1) {
                for attribute in ancestor.attributes().filter(|attribute| attribute.namespace() == Some(XML)) {
                    if !sorted.iter().any(|(uri, local, ..)| *uri == XML && *local == attribute.name()) {
                        sorted.push((XML, attribute.name(), &self.source[attribute.range_qname()], attribute.value()));
                    }
                }
            }
        }
        sorted.sort_unstable();
        for (_, _, name, value) in sorted {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.attribute_value(value);
            self.out.push('"');
        }
        self.out.push('>');
        for child in node.children() {
            match child.node_type() {
                NodeType::Element => self.element(child, &written, depth + 1)?,
                NodeType::Text => self.text(child.text().unwrap_or_default()),
                NodeType::Comment if !self.method.has_comments => {}
                NodeType::Comment | NodeType::PI => self.other(child),
                NodeType::Root => {}
            }
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    /// The namespaces that have to be declared here, by prefix.
    fn namespaces<'d>(
        &self,
        node: Node<'d, 'd>,
        name: &'d str,
        attributes: &[(&'d str, Attribute<'d, 'd>)],
        above: &Written<'d>,
    ) -> Vec<(&'d str, &'d str)> {
        let mut in_scope: Written<'d> = BTreeMap::new();
        for namespace in node.namespaces() {
            in_scope.insert(namespace.name().unwrap_or(""), namespace.uri());
        }
        in_scope.remove("xml");
        // No default namespace is the same as an empty one.
        in_scope.entry("").or_insert("");
        let is_used = |wanted: &str| {
            prefix(name) == wanted
                || attributes.iter().any(|(name, _)| !wanted.is_empty() && prefix(name) == wanted)
                || self.method.inclusive_prefixes.iter().any(|listed| match listed.as_str() {
                    "#default" => wanted.is_empty(),
                    listed => listed == wanted,
                })
        };
        in_scope
            .into_iter()
            .filter(|(prefix, uri)| {
                let before = above.get(prefix).copied().unwrap_or("");
                before != *uri && (!self.method.is_exclusive || is_used(prefix))
            })
            .collect()
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\r' => self.out.push_str("&#xD;"),
                c => self.out.push(c),
            }
        }
    }

    fn attribute_value(&mut self, value: &str) {
        for c in value.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' => self.out.push_str("&#x9;"),
                '\n' => self.out.push_str("&#xA;"),
                '\r' => self.out.push_str("&#xD;"),
                c => self.out.push(c),
            }
        }
    }

    fn other(&mut self, node: Node<'_, '_>) {
        if self.left_out.contains(&node.id()) {
            return;
        }
        if let Some(instruction) = node.pi() {
            self.out.push_str("<?");
            self.out.push_str(instruction.target);
            if let Some(value) = instruction.value {
                self.out.push(' ');
                // A carriage return can only come from here, as line ends are normalized.
                self.out.push_str(&value.replace('\r', "&#xD;"));
            }
            self.out.push_str("?>");
        } else if let Some(text) = node.text() {
            self.out.push_str("<!--");
            self.out.push_str(&text.replace('\r', "&#xD;"));
            self.out.push_str("-->");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(xml: &str, uri: &str, element: Option<&str>) -> String {
        let document = roxmltree::Document::parse(xml).expect("XML");
        let node = match element {
            Some(name) => document.descendants().find(|node| node.has_tag_name(name)).expect("the element"),
            None => document.root(),
        };
        let octets = canonicalize(node, xml, &Method::from_uri(uri).expect("a method"), &[]).expect("a form");
        String::from_utf8(octets).expect("text")
    }

    const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    const WITH_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
    const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

    /// Section 3.1 of Canonical XML, without its DOCTYPE.
    #[test]
    fn what_is_beside_the_root_keeps_its_lines() {
        let xml = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n\
                   <doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n\
                   <!-- Comment 3 -->";
        let plain = "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!</doc>\n\
                     <?pi-without-data?>";
        assert_eq!(form(xml, INCLUSIVE, None), plain);
        let commented = "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\
                         <doc>Hello, world!<!-- Comment 1 --></doc>\n<?pi-without-data?>\n<!-- Comment 2 -->\n\
                         <!-- Comment 3 -->";
        assert_eq!(form(xml, WITH_COMMENTS, None), commented);
    }

    /// Section 3.3: order of attributes and namespaces, superfluous declarations.
    #[test]
    fn declarations_and_attributes_are_ordered() {
        let xml = "<doc><e1   /><e3   name = \"elem3\"   id=\"elem3\"   /><e5 a:attr=\"out\" b:attr=\"sorted\" \
                   attr2=\"all\" attr=\"I'm\" xmlns:b=\"http://www.ietf.org\" xmlns:a=\"http://www.w3.org\" \
                   xmlns=\"http://example.org\"/><e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\"><e7 \
                   xmlns=\"http://www.ietf.org\"><e8 xmlns=\"\" xmlns:a=\"http://www.w3.org\"><e9 xmlns=\"\" \
                   xmlns:a=\"http://www.ietf.org\"/></e8></e7></e6></doc>";
        let canonical = "<doc><e1></e1><e3 id=\"elem3\" name=\"elem3\"></e3><e5 xmlns=\"http://example.org\" \
                         xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" \
                         b:attr=\"sorted\" a:attr=\"out\"></e5><e6 xmlns:a=\"http://www.w3.org\"><e7 \
                         xmlns=\"http://www.ietf.org\"><e8 xmlns=\"\"><e9 xmlns:a=\"http://www.ietf.org\"></e9></e8>\
                         </e7></e6></doc>";
        assert_eq!(form(xml, INCLUSIVE, None), canonical);
    }

    /// Section 3.4: character references and white space.
    #[test]
    fn references_are_replaced_and_white_space_is_kept() {
        let xml = "<doc>\r\n   <text>First line&#x0d;&#10;Second line</text>\r   <value>&#x32;</value>\n\
                   <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n\
                   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/></doc>";
        let canonical = "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n\
                         <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n\
                         <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm></doc>";
        assert_eq!(form(xml, INCLUSIVE, None), canonical);
    }

    /// Section 2.2 of Exclusive XML Canonicalization: what surrounds an element does not change it.
    #[test]
    fn the_exclusive_form_has_only_what_is_used() {
        let inner = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff \
                     xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>";
        for around in [
            "<n0:local xmlns:n0=\"http://foobar.org\" xmlns:n3=\"ftp://example.org\">",
            "<n2:pdu \
            xmlns:n1=\"http://example.com\" xmlns:n2=\"http://foo.example\" xml:lang=\"fr\" xml:space=\"retain\">",
        ] {
            let name = &around[1..around.find(' ').expect("a space")];
            let xml = format!("{around}{inner}</{name}>");
            let document = roxmltree::Document::parse(&xml).expect("XML");
            let node = document.descendants().find(|node| node.tag_name().name() == "elem2").expect("the element");
            let of = |uri| canonicalize(node, &xml, &Method::from_uri(uri).expect("a method"), &[]).expect("a form");
            assert_eq!(String::from_utf8_lossy(&of(EXCLUSIVE)), inner);
            assert_ne!(String::from_utf8_lossy(&of(INCLUSIVE)), inner);
        }
    }
}
