//! Parses a sidecar: checks that it is well-formed, and notes where lists of keywords are.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::document::{Description, Document, Item, List, MARK, Span};
use super::{Property, RDF, XmpError};

/// Reads a sidecar.
///
/// # Errors
/// When it is broken, or in a form that is not edited here.
pub(super) fn parse(bytes: &[u8]) -> Result<Document<'_>, XmpError> {
    if bytes.is_empty() {
        return Err(broken("the file is empty"));
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Err(broken("it holds nothing but zeros"));
    }
    let is_wide = [&[0xff, 0xfe], &[0xfe, 0xff]].iter().any(|mark| bytes.starts_with(*mark))
        || bytes[..bytes.len().min(4)].contains(&0);
    if is_wide {
        return Err(XmpError::Unsupported("it is UTF-16 or UTF-32; only UTF-8 is edited".to_owned()));
    }
    let text = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(text)
        .map_err(|error| broken(format!("it is no UTF-8 at byte {}", error.valid_up_to())))?;
    let is_refused = |character: char| character < ' ' && !"\t\n\r".contains(character);
    if let Some(place) = text.find(is_refused) {
        return Err(broken(format!("a control character at byte {place}")));
    }
    let document = Parser::new(bytes.len() > text.len()).run(text)?;
    // What is not edited must be written exactly as it was read.
    if document.write(&document.events)? != bytes {
        return Err(XmpError::Unsupported("its XML cannot be written back as it is".to_owned()));
    }
    Ok(document)
}

fn broken(detail: impl Into<String>) -> XmpError {
    XmpError::Broken(detail.into())
}

fn no_list(property: Property, detail: &str) -> XmpError {
    XmpError::Unsupported(format!("{} is no list of words: {detail}", property.name()))
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Above `rdf:RDF`, or beside it.
    Outside,
    Rdf,
    Description,
    Property(Property),
    Bag(Property),
    Item(Property),
    /// Content of other tools.
    Foreign,
}

/// The name of an element, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Rdf,
    Description,
    /// `rdf:Bag`, `rdf:Seq` or `rdf:Alt`.
    Container,
    Item,
    Property(Property),
    Other,
}

impl Name {
    fn of(namespace: &ResolveResult, local: &str) -> Self {
        let ResolveResult::Bound(namespace) = namespace else { return Name::Other };
        let namespace = namespace.into_inner();
        if namespace == RDF {
            return match local {
                "RDF" => Name::Rdf,
                "Description" => Name::Description,
                "Bag" | "Seq" | "Alt" => Name::Container,
                "li" => Name::Item,
                _ => Name::Other,
            };
        }
        let mut properties = Property::ALL.into_iter();
        let found = properties.find(|it| it.namespace() == namespace && it.local_name() == local);
        found.map_or(Name::Other, Name::Property)
    }
}

/// A document in the making.
struct Parser<'a> {
    document: Document<'a>,
    /// Open elements: what each is and where it starts.
    open: Vec<(Role, usize)>,
    has_root: bool,
    has_rdf: bool,
    has_about: bool,
}

impl<'a> Parser<'a> {
    fn new(has_mark: bool) -> Self {
        let document = Document {
            has_mark,
            events: Vec::new(),
            rdf: Span { first: 0, last: 0 },
            descriptions: Vec::new(),
            lists: Default::default(),
            about: String::new(),
        };
        Parser { document, open: Vec::new(), has_root: false, has_rdf: false, has_about: false }
    }

    fn run(mut self, text: &'a str) -> Result<Document<'a>, XmpError> {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        // Space within an end tag is kept, so names are compared here.
        config.trim_markup_names_in_closing_tags = false;
        config.check_end_names = false;
        config.check_comments = true;
        loop {
            let event = reader.read_event();
            let event =
                event.map_err(|error| broken(format!("at byte {}: {error}", reader.error_position())))?;
            match &event {
                Event::Eof => break,
                Event::Start(start) | Event::Empty(start) => {
                    let (namespace, local) = reader.resolver().resolve_element(start.name());
                    if let ResolveResult::Unknown(prefix) = &namespace {
                        return Err(broken(format!("the prefix {prefix} is not declared")));
                    }
                    let role = self.role(Name::of(&namespace, local.into_inner()))?;
                    self.attributes(role, start, &reader)?;
                    self.open(role);
                    if matches!(event, Event::Empty(_)) {
                        self.close();
                    }
                }
                Event::End(end) => {
                    let (name, open) = (end.name().into_inner(), self.name_of_open());
                    if name.trim_ascii_end() != open {
                        return Err(broken(format!("<{open}> is closed by </{name}>")));
                    }
                    self.close();
                }
                other => self.content(other)?,
            }
            self.document.events.push(event);
        }
        if !self.open.is_empty() {
            return Err(broken(format!("it ends within <{}>", self.name_of_open())));
        }
        if !self.has_rdf {
            return Err(broken("it has no rdf:RDF element, so it is not XMP"));
        }
        let lists = Property::ALL.into_iter().zip(&self.document.lists);
        for (property, list) in lists {
            if list.as_ref().is_some_and(|list| list.bag.first == 0) {
                return Err(no_list(property, "it is empty"));
            }
        }
        Ok(self.document)
    }

    /// What an element is that begins here.
    fn role(&mut self, name: Name) -> Result<Role, XmpError> {
        let parent = self.open.last().map(|(role, _)| *role);
        Ok(match (parent, name) {
            (None, _) if self.has_root => return Err(broken("it has more than one root element")),
            (None | Some(Role::Outside), Name::Rdf) if self.has_rdf => {
                return Err(XmpError::Unsupported("it has more than one rdf:RDF element".to_owned()));
            }
            (None | Some(Role::Outside), Name::Rdf) => Role::Rdf,
            (None | Some(Role::Outside), _) => Role::Outside,
            (Some(Role::Rdf), Name::Description) => Role::Description,
            (Some(Role::Description), Name::Property(property)) => {
                if self.document.list(property).is_some() {
                    return Err(no_list(property, "it occurs twice"));
                }
                Role::Property(property)
            }
            (Some(Role::Property(property)), Name::Container) => {
                let list = self.document.lists[property as usize].as_ref();
                if list.is_some_and(|list| list.bag.first > 0) {
                    return Err(no_list(property, "it holds two lists"));
                }
                Role::Bag(property)
            }
            (Some(Role::Property(property)), _) => {
                return Err(no_list(property, "expected rdf:Bag in it"));
            }
            (Some(Role::Bag(property)), Name::Item) => Role::Item(property),
            (Some(Role::Bag(property)), _) => return Err(no_list(property, "expected only rdf:li in it")),
            (Some(Role::Rdf | Role::Description | Role::Item(_) | Role::Foreign), _) => Role::Foreign,
        })
    }

    /// Looks at an element's attributes: what is wrong with them, and what they say.
    fn attributes(
        &mut self,
        role: Role,
        start: &BytesStart,
        reader: &NsReader<&[u8]>,
    ) -> Result<(), XmpError> {
        let mut is_plain = true;
        for attribute in start.attributes() {
            let attribute =
                attribute.map_err(|error| broken(format!("<{}>: {error}", start.name().into_inner())))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
            if let ResolveResult::Unknown(prefix) = &namespace {
                return Err(broken(format!("the prefix {prefix} is not declared")));
            }
            let of_rdf = matches!(&namespace, ResolveResult::Bound(bound) if bound.into_inner() == RDF);
            // Old RDF writes `about` without its prefix.
            let of_rdf = of_rdf || matches!(namespace, ResolveResult::Unbound);
            let is_about = of_rdf && local.into_inner() == "about";
            match (role, Name::of(&namespace, local.into_inner())) {
                (Role::Description, Name::Property(property)) => {
                    return Err(no_list(property, "it is an attribute"));
                }
                (Role::Description, _) if is_about && self.has_about => {}
                (Role::Description, _) if is_about => {
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                    let value = value.map_err(|error| broken(format!("rdf:about: {error}")))?;
                    self.document.about = value.into_owned();
                    self.has_about = true;
                }
                (Role::Description, _) => is_plain = false,
                (Role::Property(property), _) if of_rdf => {
                    return Err(no_list(
                        property,
                        &format!("it has the attribute {}", attribute.key.into_inner()),
                    ));
                }
                _ => {}
            }
        }
        if role == Role::Description {
            let span = Span { first: self.place(), last: self.place() };
            self.document.descriptions.push(Description { span, children: Vec::new(), is_plain });
        }
        Ok(())
    }

    /// What the innermost open element is called.
    fn name_of_open(&self) -> &str {
        match self.open.last().map(|(_, first)| &self.document.events[*first]) {
            Some(Event::Start(start)) => start.name().into_inner(),
            _ => "",
        }
    }

    /// The place of the next event.
    fn place(&self) -> usize {
        self.document.events.len()
    }

    fn open(&mut self, role: Role) {
        let here = Span { first: self.place(), last: self.place() };
        let description = self.document.descriptions.len().saturating_sub(1);
        match role {
            Role::Rdf => (self.has_rdf, self.document.rdf) = (true, here),
            Role::Property(property) => {
                let bag = Span { first: 0, last: 0 };
                self.document.lists[property as usize] =
                    Some(List { span: here, description, bag, items: Vec::new() });
            }
            Role::Bag(property) => {
                if let Some(list) = &mut self.document.lists[property as usize] {
                    list.bag = here;
                }
            }
            Role::Item(property) => {
                if let Some(list) = &mut self.document.lists[property as usize] {
                    list.items.push(Item { span: here, text: Some(String::new()) });
                }
            }
            Role::Outside | Role::Description | Role::Foreign => {}
        }
        if let Some(item) = self.item() {
            item.text = None; // an element within it
        }
        self.has_root = true;
        self.open.push((role, here.first));
    }

    fn close(&mut self) {
        // The reader has matched the end to a start.
        let Some((role, first)) = self.open.pop() else { return };
        let span = Span { first, last: self.place() };
        match role {
            Role::Rdf => self.document.rdf = span,
            Role::Description => {
                if let Some(description) = self.document.descriptions.last_mut() {
                    description.span = span;
                }
            }
            Role::Property(property) => {
                if let Some(list) = &mut self.document.lists[property as usize] {
                    list.span = span;
                }
            }
            Role::Bag(property) => {
                if let Some(list) = &mut self.document.lists[property as usize] {
                    list.bag = span;
                }
            }
            Role::Item(property) => {
                if let Some(item) =
                    self.document.lists[property as usize].as_mut().and_then(|it| it.items.last_mut())
                {
                    item.span = span;
                    item.text = item.text.take().map(|text| text.trim().to_owned());
                }
            }
            Role::Outside | Role::Foreign => {}
        }
        if let (Some((Role::Description, _)), Some(description)) =
            (self.open.last(), self.document.descriptions.last_mut())
        {
            description.children.push(span);
        }
    }

    /// The item that is open as the innermost element.
    fn item(&mut self) -> Option<&mut Item> {
        let Some((Role::Item(property), _)) = self.open.last() else { return None };
        self.document.lists[*property as usize].as_mut()?.items.last_mut()
    }

    /// Takes what stands between tags.
    fn content(&mut self, event: &Event) -> Result<(), XmpError> {
        let text = match event {
            Event::Text(text) => text.xml10_content().into_owned(),
            Event::CData(text) => text.xml10_content().into_owned(),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref();
                let character = character.map_err(|error| broken(format!("&{};: {error}", &**reference)))?;
                let named = || quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned);
                let text = character.map(String::from).or_else(named);
                text.ok_or_else(|| broken(format!("&{}; is not known", &**reference)))?
            }
            Event::DocType(_) => {
                return Err(XmpError::Unsupported("it has a DOCTYPE, which XMP does not allow".to_owned()));
            }
            Event::Decl(declaration) => {
                if self.place() > 0 {
                    return Err(broken("its XML declaration is not at its head"));
                }
                let encoding = declaration.encoding().transpose();
                let encoding = encoding.map_err(|error| broken(format!("its XML declaration: {error}")))?;
                return match encoding {
                    Some(name) if !["utf-8", "utf8", "us-ascii"].contains(&&*name.to_lowercase()) => {
                        Err(XmpError::Unsupported(format!("it is in {name}; only UTF-8 is edited")))
                    }
                    _ => Ok(()),
                };
            }
            Event::Comment(_) | Event::PI(_) => {
                self.note_remark();
                return Ok(());
            }
            Event::Start(_) | Event::Empty(_) | Event::End(_) | Event::Eof => return Ok(()),
        };
        if let Some(item) = self.item() {
            if let Some(so_far) = &mut item.text {
                so_far.push_str(&text);
            }
            return Ok(());
        }
        if text.trim().is_empty() {
            return Ok(());
        }
        self.note_remark();
        match self.open.last() {
            None => Err(broken("it has text outside its root element")),
            Some((Role::Property(property) | Role::Bag(property), _)) => {
                Err(no_list(*property, "it holds text"))
            }
            Some(_) => Ok(()),
        }
    }

    /// A description that holds a remark is not plain.
    fn note_remark(&mut self) {
        if let (Some((Role::Description, _)), Some(description)) =
            (self.open.last(), self.document.descriptions.last_mut())
        {
            description.is_plain = false;
        }
    }
}
