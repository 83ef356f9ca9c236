//! A sidecar as XML events, and where the lists of keywords are among them.

use quick_xml::Writer;
use quick_xml::events::Event;

use super::{Property, XmpError};

/// The mark at the head of some UTF-8 files.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// The events of an element, from its start to its end; one event where it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub first: usize,
    pub last: usize,
}

/// An `rdf:Description` of the image.
#[derive(Debug, Clone)]
pub(super) struct Description {
    pub span: Span,
    /// Its properties, ours or not.
    pub children: Vec<Span>,
    /// It has no content of its own: no properties as attributes, no comments.
    pub is_plain: bool,
}

/// A keyword in a list.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub span: Span,
    /// `None` where it holds more than text.
    pub text: Option<String>,
}

/// A property that is a list of keywords.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub span: Span,
    /// Which `rdf:Description` it stands in.
    pub description: usize,
    /// The `rdf:Bag` within it.
    pub bag: Span,
    pub items: Vec<Item>,
}

/// A sidecar that was understood.
pub(super) struct Document<'a> {
    pub has_mark: bool,
    pub events: Vec<Event<'a>>,
    /// The `rdf:RDF` element.
    pub rdf: Span,
    pub descriptions: Vec<Description>,
    /// In the order of [`Property::ALL`].
    pub lists: [Option<List>; Property::ALL.len()],
    /// What the image is called in `rdf:about`.
    pub about: String,
}

impl<'a> Document<'a> {
    /// A list, if the sidecar has it.
    pub fn list(&self, property: Property) -> Option<&List> {
        self.lists[property as usize].as_ref()
    }

    /// The bytes of events, as many as there are.
    ///
    /// # Errors
    /// Never: they are written to memory.
    pub fn write(&self, events: &[Event]) -> Result<Vec<u8>, XmpError> {
        let mut writer = Writer::new(if self.has_mark { MARK.to_vec() } else { Vec::new() });
        for event in events {
            writer.write_event(event.borrow()).map_err(|_| XmpError::Defect)?;
        }
        Ok(writer.into_inner())
    }
}
