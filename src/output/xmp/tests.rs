use super::*;

const EXIFTOOL: &[u8] = include_bytes!("../../../fixtures/sidecars/exiftool.xmp");
const NO_KEYWORDS: &[u8] = include_bytes!("../../../fixtures/sidecars/exiftool_no_keywords.xmp");
const COMPACT: &[u8] = include_bytes!("../../../fixtures/sidecars/exiftool_compact.xmp");
const DARKTABLE: &[u8] = include_bytes!("../../../fixtures/sidecars/darktable.xmp");

fn keywords(words: &[&str], paths: &[&str]) -> Keywords {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Keywords { words: owned(words), paths: owned(paths) }
}

/// Two words with their paths.
fn two() -> Keywords {
    keywords(&["espresso", "Käse & <Brot>"], &["food|espresso", "food|Käse & <Brot>"])
}

fn none() -> Keywords {
    Keywords::default()
}

/// The sidecar with these keywords; they must be there, and the same ones again must change nothing.
#[track_caller]
fn tagged(sidecar: Option<&[u8]>, keywords: &Keywords) -> Vec<u8> {
    let Outcome::Write(bytes) = update(sidecar, keywords, None).unwrap().outcome else {
        panic!("nothing to write");
    };
    for (property, texts) in [(Property::Subject, &keywords.words), (Property::Hierarchical, &keywords.paths)]
    {
        let there = list(&bytes, property);
        assert!(texts.iter().all(|text| there.iter().filter(|word| *word == text).count() == 1), "{there:?}");
    }
    let again = update(Some(&bytes), keywords, None).unwrap();
    assert_eq!(again, Update { outcome: Outcome::Unchanged, added: Vec::new(), removed: Vec::new() });
    bytes
}

/// The texts of a list.
fn list(bytes: &[u8], property: Property) -> Vec<String> {
    let document = parse(bytes).unwrap();
    let items = document.list(property).map_or_else(Vec::new, |list| list.items.clone());
    items.into_iter().filter_map(|item| item.text).collect()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A document with these elements in its `rdf:RDF`.
fn document(inner: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='{RDF}' xmlns:dc='http://purl.org/dc/elements/1.1/'>\
         {inner}</rdf:RDF></x:xmpmeta>"
    )
}

#[test]
fn a_new_sidecar_is_plain_xmp_and_goes_with_its_last_keyword() {
    let bytes = tagged(None, &keywords(&["Käse & <Brot>"], &["food|Käse & <Brot>"]));
    let want = "\
<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"nasnet\">
 <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">
  <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
                xmlns:lr=\"http://ns.adobe.com/lightroom/1.0/\" xmlns:nasnet=\"urn:nasnet:xmp:1.0/\">
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Käse &amp; &lt;Brot&gt;</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>food|Käse &amp; &lt;Brot&gt;</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <nasnet:subject>
    <rdf:Bag>
     <rdf:li>Käse &amp; &lt;Brot&gt;</rdf:li>
    </rdf:Bag>
   </nasnet:subject>
   <nasnet:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>food|Käse &amp; &lt;Brot&gt;</rdf:li>
    </rdf:Bag>
   </nasnet:hierarchicalSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end=\"w\"?>
";
    assert_eq!(text(&bytes), want);
    assert_eq!(update(Some(&bytes), &none(), None).unwrap().outcome, Outcome::Delete);
    assert_eq!(update(None, &none(), None).unwrap().outcome, Outcome::Unchanged);
    let other = tagged(Some(&bytes), &keywords(&["b"], &[]));
    let kept = tagged(Some(&other), &two());
    assert_eq!(update(Some(&kept), &none(), None).unwrap().outcome, Outcome::Delete);
}

#[test]
fn what_others_wrote_stays_and_comes_back_byte_for_byte() {
    for sidecar in [EXIFTOOL, NO_KEYWORDS, COMPACT, DARKTABLE] {
        let first = tagged(Some(sidecar), &two());
        let second = tagged(Some(&first), &keywords(&["Käse & <Brot>", "tea"], &["food|tea"]));
        assert!(!text(&second).contains("food|espresso"), "{}", text(&second));
        for tagged in [first, second] {
            let Outcome::Write(bytes) = update(Some(&tagged), &none(), None).unwrap().outcome else {
                panic!("it was not written by nasnet");
            };
            assert_eq!(text(&bytes), text(sidecar));
        }
        assert_eq!(update(Some(sidecar), &none(), None).unwrap().outcome, Outcome::Unchanged);
    }
}

#[test]
fn a_word_that_was_there_before_is_never_ours() {
    let bytes = tagged(Some(EXIFTOOL), &two());
    assert_eq!(list(&bytes, Property::Subject), ["Frühstück & Kaffee", "espresso", "猫", "Käse & <Brot>"]);
    assert_eq!(list(&bytes, Property::OurSubject), ["Käse & <Brot>"]);
    assert_eq!(list(&bytes, Property::OurHierarchical), ["food|espresso", "food|Käse & <Brot>"]);
    let all = keywords(&["espresso"], &["Orte|Café"]);
    assert_eq!(update(Some(EXIFTOOL), &all, None).unwrap().outcome, Outcome::Unchanged);
}

#[test]
fn what_comes_and_goes_is_said() {
    let bytes = tagged(None, &two());
    let told = update(Some(&bytes), &keywords(&["tea", "espresso"], &["food|tea"]), None).unwrap();
    assert_eq!((told.added, told.removed), (vec!["tea".to_owned()], vec!["Käse & <Brot>".to_owned()]));
    let told =
        update(Some(&bytes), &keywords(&["espresso", "Käse & <Brot>"], &["x|espresso"]), None).unwrap();
    assert_eq!(told.added, ["x|espresso"]);
    assert_eq!(told.removed, ["food|espresso", "food|Käse & <Brot>"]);
}

#[test]
fn our_words_are_known_again_when_another_program_has_rearranged_the_sidecar() {
    // As ExifTool writes it: a description for each namespace, prefixes as it likes.
    let sidecar = document(
        "<rdf:Description rdf:about='' xmlns:n='urn:nasnet:xmp:1.0/'><n:subject><rdf:Bag><rdf:li>a</rdf:li>\
         <rdf:li>gone</rdf:li></rdf:Bag></n:subject></rdf:Description>\
         <rdf:Description rdf:about=''><dc:subject><rdf:Bag><rdf:li>theirs</rdf:li><rdf:li>a</rdf:li></rdf:Bag>\
         </dc:subject></rdf:Description>",
    );
    let bytes = tagged(Some(sidecar.as_bytes()), &keywords(&["b"], &["x|b"]));
    assert_eq!(list(&bytes, Property::Subject), ["theirs", "b"]);
    assert_eq!(list(&bytes, Property::OurSubject), ["b"]);
    let left = document(
        "<rdf:Description rdf:about=''><dc:subject><rdf:Bag><rdf:li>theirs</rdf:li></rdf:Bag></dc:subject>\
         </rdf:Description>",
    );
    assert_eq!(update(Some(&bytes), &none(), None).unwrap().outcome, Outcome::Write(left.into_bytes()));
    // A list of nothing but ours goes with its description.
    let sidecar = sidecar.replace("<rdf:li>theirs</rdf:li>", "");
    assert_eq!(
        update(Some(sidecar.as_bytes()), &none(), None).unwrap().outcome,
        Outcome::Write(document("").into_bytes())
    );
}

#[test]
fn of_two_equal_words_one_is_somebody_elses() {
    let inner = "<rdf:Description rdf:about='' xmlns:n='urn:nasnet:xmp:1.0/'><dc:subject><rdf:Bag><rdf:li>a</rdf:li>\
                 <rdf:li>a</rdf:li></rdf:Bag></dc:subject><n:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></n:subject>\
                 </rdf:Description>";
    let bytes = tagged(Some(document(inner).as_bytes()), &keywords(&["a"], &[]));
    assert_eq!((list(&bytes, Property::Subject).len(), list(&bytes, Property::OurSubject).len()), (1, 0));
}

#[test]
fn every_way_to_write_the_same_is_understood() {
    let exiftool = text(EXIFTOOL);
    let with_mark = [b"\xef\xbb\xbf", EXIFTOOL].concat();
    let crlf = exiftool.replace('\n', "\r\n");
    let prefixes = exiftool.replace("rdf:", "r:").replace("xmlns:rdf=", "xmlns:r=");
    let prefixes = prefixes.replace("dc:", "D.c:").replace("xmlns:dc=", "xmlns:D.c=").replace("lr:", "q:");
    let prefixes = prefixes.replace("xmlns:lr=", "xmlns:q=");
    let bare = document(
        "<rdf:Description rdf:about='x&amp;y'><dc:subject><rdf:Seq><rdf:li><![CDATA[Frühstück & Kaffee]]></rdf:li></rdf:Seq></dc:subject></rdf:Description>",
    );
    let forms: [&[u8]; 6] = [
        &with_mark,
        crlf.as_bytes(),
        prefixes.as_bytes(),
        bare.as_bytes(),
        // The default namespace, no wrapper, a name for the image, a reference.
        b"<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><Description about='uuid:1'><s:subject \
          xmlns:s='http://purl.org/dc/elements/1.1/'><Bag><li>Fr&#xfc;hst&#252;ck &amp; Kaffee</li></Bag></s:subject>\
          <!-- mine --></Description></RDF>",
        b"<?xml version='1.0' encoding='utf-8'?>\n<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'\
          ><r:Description><d:subject xmlns:d='http://purl.org/dc/elements/1.1/' xml:lang='de' ><r:Bag >\
          <r:li xml:lang='x'> Fr\xc3\xbchst\xc3\xbcck &amp; Kaffee\n</r:li ></r:Bag ></d:subject\n></r:Description></r:RDF>",
    ];
    for form in forms {
        let mut wanted = two();
        wanted.words.push("Frühstück & Kaffee".to_owned());
        let bytes = tagged(Some(form), &wanted);
        assert!(!list(&bytes, Property::OurSubject).contains(&"Frühstück & Kaffee".to_owned()));
        assert_eq!(text(&bytes).contains("\r\n"), text(form).contains("\r\n"));
        let about = [("x&amp;y", "rdf:about=\"x&amp;y\""), ("uuid:1", "rdf:about=\"uuid:1\"")];
        for (_, ours) in about.iter().filter(|(theirs, _)| text(form).contains(theirs)) {
            assert!(text(&bytes).contains(ours), "{}", text(&bytes));
        }
        let back = update(Some(&bytes), &none(), None).unwrap().outcome;
        assert_eq!(back, Outcome::Write(form.to_vec()), "{}", text(form));
    }
}

#[test]
fn lists_without_an_item_and_documents_without_a_description_get_theirs() {
    let empty_bag =
        document("<rdf:Description rdf:about=''><dc:subject><rdf:Bag/></dc:subject></rdf:Description>");
    let open_bag = empty_bag.replace("<rdf:Bag/>", "<rdf:Bag>\n</rdf:Bag>");
    let no_description = document("");
    let closed = no_description.replace("></rdf:RDF>", "/>");
    for sidecar in [&empty_bag, &open_bag, &no_description, &closed] {
        let bytes = tagged(Some(sidecar.as_bytes()), &two());
        let Outcome::Write(bytes) = update(Some(&bytes), &none(), None).unwrap().outcome else {
            panic!("it was not written by nasnet");
        };
        assert!(list(&bytes, Property::Subject).is_empty());
        if sidecar == &no_description {
            assert_eq!(text(&bytes), sidecar);
        }
    }
}

#[test]
fn what_is_broken_or_not_known_is_refused_with_its_reason() {
    let subject = |inner: &str| document(&format!("<rdf:Description rdf:about=''>{inner}</rdf:Description>"));
    let wide: Vec<u8> = text(EXIFTOOL).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide_with_mark = [b"\xff\xfe", &wide[..]].concat();
    let cut = &EXIFTOOL[..text(EXIFTOOL).find("<dc:title>").unwrap()];
    let twice = "<dc:subject><rdf:Bag/></dc:subject><dc:subject><rdf:Bag/></dc:subject>";
    let attribute = document("<rdf:Description rdf:about='' dc:subject='a'/>");
    let cases: [(Vec<u8>, &str); 22] = [
        (Vec::new(), "broken: the file is empty"),
        (vec![0; 100], "broken: it holds nothing but zeros"),
        (wide, "cannot be edited: it is UTF-16"),
        (wide_with_mark, "cannot be edited: it is UTF-16"),
        (b"\xffnot text".to_vec(), "broken: it is no UTF-8 at byte 0"),
        (cut.to_vec(), "broken: it ends within <rdf:Description>"),
        (b"no XML at all".to_vec(), "broken: it has text outside its root element"),
        (b"<html><body>404</body></html>".to_vec(), "broken: it has no rdf:RDF element"),
        (b"<a><b></a></b>".to_vec(), "broken: <b> is closed by </a>"),
        (document("<x:y>&nbsp;</x:y>").into_bytes(), "broken: &nbsp; is not known"),
        (document("<n:y/>").into_bytes(), "broken: the prefix n is not declared"),
        (document("<x:y a='1' a='2'/>").into_bytes(), "broken: <x:y>: "),
        (document("").replace("<x:xmpmeta", "<!DOCTYPE a><x:xmpmeta").into_bytes(), "it has a DOCTYPE"),
        (
            [b"<?xml version='1.0' encoding='ISO-8859-1'?>", document("").as_bytes()].concat(),
            "it is in ISO-8859-1",
        ),
        (document("\u{1}").into_bytes(), "broken: a control character at byte "),
        (attribute.into_bytes(), "dc:subject is no list of words: it is an attribute"),
        (
            subject("<dc:subject>a, b</dc:subject>").into_bytes(),
            "dc:subject is no list of words: it holds text",
        ),
        (subject("<dc:subject/>").into_bytes(), "dc:subject is no list of words: it is empty"),
        (subject(twice).into_bytes(), "dc:subject is no list of words: it occurs twice"),
        (subject("<dc:subject rdf:resource='a'/>").into_bytes(), "it has the attribute rdf:resource"),
        (subject("<dc:subject><dc:a/></dc:subject>").into_bytes(), "expected rdf:Bag in it"),
        ([document(""), document("")].concat().into_bytes(), "broken: it has more than one root element"),
    ];
    for (sidecar, said) in cases {
        let error = update(Some(&sidecar), &two(), None).unwrap_err().to_string();
        assert!(error.contains(said), "expected {said:?}, got {error:?}");
        assert_eq!(update(Some(&sidecar), &none(), None).unwrap_err().to_string(), error);
    }
}

#[test]
fn a_sidecar_that_was_cut_off_anywhere_is_refused() {
    for sidecar in [EXIFTOOL, DARKTABLE, &tagged(Some(COMPACT), &two())] {
        let end = text(sidecar).rfind("</x:xmpmeta>").unwrap() + "</x:xmpmeta>".len();
        for length in 0..end {
            assert!(update(Some(&sidecar[..length]), &two(), None).is_err(), "{length}");
        }
        assert!(update(Some(&sidecar[..end]), &two(), None).is_ok());
    }
}

#[test]
fn no_byte_that_changes_anywhere_makes_others_lose_theirs() {
    // Whatever a damaged sidecar still says, an edit that is made can be taken back.
    let mut edited = 0;
    for (place, byte) in
        (0..DARKTABLE.len()).flat_map(|place| [b'<', b'"', b'x', b' '].map(|byte| (place, byte)))
    {
        let mut damaged = DARKTABLE.to_vec();
        damaged[place] = byte;
        let Ok(Update { outcome: Outcome::Write(bytes), .. }) = update(Some(&damaged), &two(), None) else {
            continue;
        };
        edited += 1;
        let back = update(Some(&bytes), &none(), None).unwrap().outcome;
        assert_eq!(back, Outcome::Write(damaged), "{place} {byte}");
    }
    assert!(edited > 500, "{edited}");
}

#[test]
fn a_sidecar_that_images_share_names_the_one_whose_keywords_it_holds() {
    let write = |sidecar: Option<&[u8]>, keywords: &Keywords, name: Option<&str>| {
        let Outcome::Write(bytes) = update(sidecar, keywords, name).unwrap().outcome else {
            panic!("nothing to write");
        };
        bytes
    };
    let name = "Käse & <Brot>.jpg";
    let bytes = write(Some(EXIFTOOL), &two(), Some(name));
    assert_eq!(image(&bytes).as_deref(), Some(name));
    assert_eq!(update(Some(&bytes), &two(), Some(name)).unwrap().outcome, Outcome::Unchanged);
    let other = write(Some(&bytes), &two(), Some("b.png"));
    assert_eq!(image(&other).as_deref(), Some("b.png"));
    assert_eq!(write(Some(&other), &none(), Some("b.png")), EXIFTOOL, "the name goes with the keywords");
    assert_eq!(write(Some(&other), &none(), None), EXIFTOOL);
    let theirs = list(EXIFTOOL, Property::Subject);
    let theirs = Keywords { words: theirs, paths: Vec::new() };
    assert_eq!(update(Some(EXIFTOOL), &theirs, Some(name)).unwrap().outcome, Outcome::Unchanged);
    assert_eq!(image(EXIFTOOL), None);
}
