//! Edits keywords in XMP sidecars, from bytes to bytes. What others wrote stays as it is, byte for byte; a sidecar
//! that cannot be understood is an error. It opens no files.
//!
//! Keywords stand in `dc:subject`, and with the groups above them in `lr:hierarchicalSubject`, as photo managers have
//! them. Two properties in a namespace of our own record which of them nasnet wrote; words that were there before are
//! never among these. A third one names their image, where the sidecar's name does not tell it.

mod document;
mod edit;
mod parse;
mod plan;
#[cfg(test)]
mod tests;

use crate::answers::keywords::Keywords;
use parse::parse;

/// The namespace of RDF.
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// A sidecar without any properties.
const EMPTY: &str = "\
<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"nasnet\">
 <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end=\"w\"?>
";

/// Why a sidecar is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmpError {
    /// It is no XML, or XML without XMP in it.
    #[error("the sidecar is broken: {0}")]
    Broken(String),
    /// It is valid, but in a form that is not edited here.
    #[error("the sidecar cannot be edited: {0}")]
    Unsupported(String),
    /// The result does not read back as intended.
    #[error("internal error: the edited sidecar would not hold its keywords")]
    Defect,
}

/// A list of keywords in a sidecar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    Subject,
    Hierarchical,
    /// Those of [`Property::Subject`] that are ours.
    OurSubject,
    /// Those of [`Property::Hierarchical`] that are ours.
    OurHierarchical,
    /// The name of the image that ours are of, in a sidecar that several images may have.
    OurImage,
}

impl Property {
    const ALL: [Property; 5] = [
        Property::Subject,
        Property::Hierarchical,
        Property::OurSubject,
        Property::OurHierarchical,
        Property::OurImage,
    ];

    fn namespace(self) -> &'static str {
        match self {
            Property::Subject => "http://purl.org/dc/elements/1.1/",
            Property::Hierarchical => "http://ns.adobe.com/lightroom/1.0/",
            Property::OurSubject | Property::OurHierarchical | Property::OurImage => "urn:nasnet:xmp:1.0/",
        }
    }

    /// The usual prefix.
    fn prefix(self) -> &'static str {
        match self {
            Property::Subject => "dc",
            Property::Hierarchical => "lr",
            Property::OurSubject | Property::OurHierarchical | Property::OurImage => "nasnet",
        }
    }

    fn local_name(self) -> &'static str {
        match self {
            Property::Subject | Property::OurSubject => "subject",
            Property::Hierarchical | Property::OurHierarchical => "hierarchicalSubject",
            Property::OurImage => "image",
        }
    }

    /// As people write it.
    fn name(self) -> String {
        format!("{}:{}", self.prefix(), self.local_name())
    }

    fn is_ours(self) -> bool {
        matches!(self, Property::OurSubject | Property::OurHierarchical | Property::OurImage)
    }
}

/// What becomes of a sidecar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It stays as it is, or there is none.
    Unchanged,
    /// These are its bytes.
    Write(Vec<u8>),
    /// It is one of ours and holds nothing any more.
    Delete,
}

/// What an image's keywords do to its sidecar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What becomes of the sidecar.
    pub outcome: Outcome,
    /// Keywords that come: words, or paths where only those change.
    pub added: Vec<String>,
    /// And go.
    pub removed: Vec<String>,
}

/// Replaces our keywords in a sidecar; `None` stands for no sidecar yet. `image` is the name of the image that they are
/// of, where several may have this sidecar.
///
/// # Errors
/// When the sidecar is broken, or XMP in a form that is not edited here.
pub fn update(sidecar: Option<&[u8]>, keywords: &Keywords, image: Option<&str>) -> Result<Update, XmpError> {
    let document = match sidecar {
        Some(bytes) => parse(bytes)?,
        None => parse(EMPTY.as_bytes())?,
    };
    let plan = plan::SidecarPlan::new(&document, keywords, image);
    let (added, removed) = plan.summary(&document);
    if plan.is_empty() {
        return Ok(Update { outcome: Outcome::Unchanged, added, removed });
    }
    let bytes = edit::apply(&document, &plan)?;
    // The next run has to find what this one means to write.
    if !plan::SidecarPlan::new(&parse(&bytes)?, keywords, image).is_empty() {
        return Err(XmpError::Defect);
    }
    let outcome = if bytes == EMPTY.as_bytes() { Outcome::Delete } else { Outcome::Write(bytes) };
    Ok(Update { outcome, added, removed })
}

/// The name of the image that our keywords in a sidecar are of, where the sidecar says it.
pub fn image(sidecar: &[u8]) -> Option<String> {
    let document = parse(sidecar).ok()?;
    document.list(Property::OurImage)?.items.first()?.text.clone()
}
