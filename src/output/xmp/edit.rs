//! Applies a plan to the events of a sidecar. Events that no change concerns are written as they were read.

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::document::{Document, List, Span};
use super::plan::{Change, SidecarPlan};
use super::{Property, RDF, XmpError};

/// Events that take the place of those from `first` to before `end`.
struct Edit {
    first: usize,
    end: usize,
    events: Vec<Event<'static>>,
}

/// The bytes of a sidecar after its changes.
///
/// # Errors
/// Never: they are written to memory.
pub(super) fn apply(document: &Document, plan: &SidecarPlan) -> Result<Vec<u8>, XmpError> {
    let mut editor = Editor { document, edits: Vec::new(), removed: Vec::new(), new: Vec::new() };
    for (property, change) in Property::ALL.into_iter().zip(&plan.changes) {
        editor.change(property, change);
    }
    editor.place_new();
    editor.remove();
    document.write(&editor.events())
}

struct Editor<'a> {
    document: &'a Document<'a>,
    edits: Vec<Edit>,
    /// Properties that go as a whole.
    removed: Vec<&'a List>,
    /// Properties that there are not yet.
    new: Vec<(Property, Vec<String>)>,
}

impl<'a> Editor<'a> {
    fn change(&mut self, property: Property, change: &Change) {
        let Some(list) = self.document.list(property) else {
            if !change.add.is_empty() {
                self.new.push((property, change.add.clone()));
            }
            return;
        };
        let keeps_some = change.remove.len() < list.items.len() || !change.add.is_empty();
        if !keeps_some && !(change.remove.is_empty()) {
            self.removed.push(list);
            return;
        }
        for &place in &change.remove {
            self.cut(list.items[place].span);
        }
        if !change.add.is_empty() {
            self.add_items(list, &change.add);
        }
    }

    /// Removes an element and the space before it.
    fn cut(&mut self, span: Span) {
        let first = span.first - usize::from(!self.space_before(span).is_empty());
        self.edits.push(Edit { first, end: span.last + 1, events: Vec::new() });
    }

    /// The space before an element, if nothing else is there.
    fn space_before(&self, span: Span) -> &str {
        match span.first.checked_sub(1).and_then(|place| self.document.events.get(place)) {
            Some(Event::Text(text)) if text.trim().is_empty() => text,
            _ => "",
        }
    }

    fn add_items(&mut self, list: &List, words: &[String]) {
        let bag = &self.document.events[list.bag.first];
        let (Event::Start(start) | Event::Empty(start)) = bag else { return };
        let prefix = prefix_of(start);
        let space = list.items.last().map_or("", |last| self.space_before(last.span)).to_owned();
        let items = words.iter().flat_map(|word| item(&prefix, &space, word));
        if let Event::Empty(start) = bag {
            let name = start.name().into_inner().to_owned();
            let mut events = vec![Event::Start(start.clone().into_owned())];
            events.extend(items);
            events.push(Event::End(BytesEnd::new(name)));
            self.edits.push(Edit { first: list.bag.first, end: list.bag.first + 1, events });
            return;
        }
        let place = list.items.last().map_or(list.bag.first, |last| last.span.last) + 1;
        self.edits.push(Edit { first: place, end: place, events: items.collect() });
    }

    /// Puts new properties beside the record of ours, or into a description of their own.
    fn place_new(&mut self) {
        if self.new.is_empty() {
            return;
        }
        let new = std::mem::take(&mut self.new);
        let ours = Property::ALL.into_iter().filter(|property| property.is_ours());
        let record = ours.filter_map(|property| self.document.list(property)).next();
        let home = record.map(|record| &self.document.descriptions[record.description]);
        match home.and_then(|home| Some((home, home.children.last()?))) {
            Some((home, last)) => {
                // Which prefixes are declared there is not known.
                let prefix = self.prefix_at(home.span);
                let space = last_line(self.space_before(*last)).to_owned();
                let property = |(name, words): &(_, Vec<_>)| property(*name, words, &prefix, &space, true);
                let events = new.iter().flat_map(property).collect();
                self.edits.push(Edit { first: last.last + 1, end: last.last + 1, events });
            }
            None => self.place_description(&new),
        }
    }

    fn place_description(&mut self, new: &[(Property, Vec<String>)]) {
        let rdf = self.document.rdf;
        let last = self.last_child_of_rdf();
        let space = last.map_or("\n  ", |last| self.space_before(last)).to_owned();
        let prefix = match &*self.prefix_at(rdf) {
            // An attribute without a prefix is in no namespace, and these are taken below.
            "" | "dc:" | "lr:" | "nasnet:" => "rdf:".to_owned(),
            prefix => prefix.to_owned(),
        };
        let name = format!("{prefix}Description");
        let about = format!("{prefix}about");
        let mut start = BytesStart::new(name.clone());
        if prefix != self.prefix_at(rdf) {
            start.push_attribute(("xmlns:rdf", RDF));
        }
        start.push_attribute((about.as_str(), self.document.about.as_str()));
        let mut declared = Vec::new();
        for (property, _) in new {
            if !declared.contains(&property.prefix()) {
                declared.push(property.prefix());
                let declaration = format!("xmlns:{}", property.prefix());
                start.push_attribute((declaration.as_str(), property.namespace()));
            }
        }
        let line = last_line(&space);
        let inner = deeper(line);
        let mut events = Vec::new();
        events.extend(text(&space));
        events.push(Event::Start(start));
        events.extend(new.iter().flat_map(|(name, words)| property(*name, words, &prefix, &inner, false)));
        events.extend(text(line));
        events.push(Event::End(BytesEnd::new(name)));
        let edit = match (last, &self.document.events[rdf.first]) {
            (Some(last), _) => Edit { first: last.last + 1, end: last.last + 1, events },
            (None, Event::Empty(start)) => {
                let name = start.name().into_inner().to_owned();
                events.insert(0, Event::Start(start.clone().into_owned()));
                events.push(Event::End(BytesEnd::new(name)));
                Edit { first: rdf.first, end: rdf.first + 1, events }
            }
            (None, _) => Edit { first: rdf.first + 1, end: rdf.first + 1, events },
        };
        self.edits.push(edit);
    }

    fn last_child_of_rdf(&self) -> Option<Span> {
        self.document.descriptions.last().map(|last| last.span)
    }

    /// The prefix of an element, with its colon.
    fn prefix_at(&self, span: Span) -> String {
        match &self.document.events[span.first] {
            Event::Start(start) | Event::Empty(start) => prefix_of(start),
            _ => String::new(),
        }
    }

    /// Removes properties, and descriptions that hold nothing else.
    fn remove(&mut self) {
        for (place, description) in self.document.descriptions.iter().enumerate() {
            let going: Vec<Span> =
                self.removed.iter().filter(|list| list.description == place).map(|list| list.span).collect();
            let is_edited =
                |edit: &Edit| description.span.first <= edit.first && edit.first <= description.span.last;
            let holds_more = going.len() < description.children.len()
                || !description.is_plain
                || self.edits.iter().any(is_edited);
            match (going.is_empty(), holds_more) {
                (true, _) => {}
                (false, true) => going.into_iter().for_each(|span| self.cut(span)),
                (false, false) => self.cut(description.span),
            }
        }
    }

    fn events(mut self) -> Vec<Event<'a>> {
        self.edits.sort_by_key(|edit| (edit.first, edit.end));
        let mut events = Vec::with_capacity(self.document.events.len() + 64);
        let mut next = 0;
        for edit in self.edits {
            events.extend(self.document.events[next..edit.first.max(next)].iter().cloned());
            events.extend(edit.events);
            next = edit.end.max(next);
        }
        events.extend(self.document.events[next..].iter().cloned());
        events
    }
}

fn prefix_of(start: &BytesStart) -> String {
    start.name().prefix().map_or_else(String::new, |prefix| format!("{}:", prefix.into_inner()))
}

fn text(text: &str) -> Option<Event<'static>> {
    (!text.is_empty()).then(|| Event::Text(BytesText::from_escaped(text.to_owned())))
}

/// The last line break of a space and the indent behind it.
fn last_line(space: &str) -> &str {
    let line = space.rfind("\r\n").max(space.rfind('\n').filter(|at| !space[..*at].ends_with('\r')));
    line.map_or(space, |at| &space[at..])
}

/// The space of one level further in; none stays none.
fn deeper(space: &str) -> String {
    if space.is_empty() { String::new() } else { format!("{space} ") }
}

/// An `rdf:li` with space before it.
fn item(prefix: &str, space: &str, word: &str) -> Vec<Event<'static>> {
    let name = format!("{prefix}li");
    let escaped = quick_xml::escape::escape(word).into_owned();
    let mut events: Vec<Event> = text(space).into_iter().collect();
    events.push(Event::Start(BytesStart::new(name.clone())));
    events.push(Event::Text(BytesText::from_escaped(escaped)));
    events.push(Event::End(BytesEnd::new(name)));
    events
}

/// A property that is a list, with space before it.
fn property(
    property: Property,
    words: &[String],
    prefix: &str,
    space: &str,
    declares: bool,
) -> Vec<Event<'static>> {
    let (name, bag) = (property.name(), format!("{prefix}Bag"));
    let [bag_space, item_space] = [deeper(space), deeper(&deeper(space))];
    let mut start = BytesStart::new(name.clone());
    if declares {
        let declaration = format!("xmlns:{}", property.prefix());
        start.push_attribute((declaration.as_str(), property.namespace()));
    }
    let mut events: Vec<Event> = text(space).into_iter().collect();
    events.push(Event::Start(start));
    events.extend(text(&bag_space));
    events.push(Event::Start(BytesStart::new(bag.clone())));
    events.extend(words.iter().flat_map(|word| item(prefix, &item_space, word)));
    events.extend(text(&bag_space));
    events.push(Event::End(BytesEnd::new(bag)));
    events.extend(text(space));
    events.push(Event::End(BytesEnd::new(name)));
    events
}
