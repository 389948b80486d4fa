//! Adds the messages in `locales` to the built page. Each language's messages go into a
//! separate file, and the few that are shown before the module starts go into `index.html`.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

const LOCALES: &str = "locales";

/// The language of `index.html` until its script has chosen another one.
const DEFAULT: &str = "en";

/// Marks an element of `index.html` whose text is the message with the given key.
const MARK: &str = " data-t=\"";

/// Marks where the language menu lists the languages.
const OPTIONS: &str = "<!-- languages -->";

/// The script's variable that contains the languages: their files and the text of marked elements.
const LANGUAGES: &str = "var languages = {};";

type Messages = BTreeMap<String, String>;

/// Adds the messages to the page in a folder.
///
/// # Errors
/// Returns an error if `index.html` lacks one of the marks, or if a message is missing.
pub(crate) fn localize(folder: &Path) -> Result<()> {
    let locales = locales()?;
    let mut files = BTreeMap::new();
    for (tag, messages) in &locales {
        let lines = lines(messages)?;
        let name = file_name(tag, &lines);
        fs::write(folder.join(&name), lines)?;
        files.insert(tag.clone(), name);
    }
    let index = folder.join("index.html");
    let html = fs::read_to_string(&index).context("index.html")?;
    fs::write(index, add_texts(&html, &locales, &files)?).context("index.html")
}

/// Returns each language's tag and the lines of its file.
pub(crate) fn languages() -> Result<Vec<(String, String)>> {
    locales()?.into_iter().map(|(tag, messages)| Ok((tag, lines(&messages)?))).collect()
}

fn locales() -> Result<BTreeMap<String, Messages>> {
    let mut locales = BTreeMap::new();
    for entry in fs::read_dir(LOCALES).context(LOCALES)? {
        let path = entry?.path();
        let tag = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .context("a file name in `locales` is not UTF-8")?;
        let messages: Messages = serde_json::from_str(&fs::read_to_string(&path)?)
            .with_context(|| path.display().to_string())?;
        locales.insert(tag.to_owned(), messages);
    }
    Ok(locales)
}

/// Returns the messages in the order of their keys, one per line. The page knows the keys.
fn lines(messages: &Messages) -> Result<String> {
    let broken = messages.iter().find(|(_, message)| message.contains('\n'));
    ensure!(broken.is_none(), "a message has a line break: {broken:?}");
    Ok(messages.values().map(String::as_str).collect::<Vec<_>>().join("\n"))
}

/// Returns a name that contains a hash of the contents, so that browsers may cache the file forever.
fn file_name(tag: &str, contents: &str) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    format!("{tag}-{:016x}.txt", hasher.finish())
}

/// Fills the marked elements with the default language, and adds all languages to the menu and the
/// script.
fn add_texts(
    html: &str,
    locales: &BTreeMap<String, Messages>,
    files: &BTreeMap<String, String>,
) -> Result<String> {
    let message = |tag: &str, key: &str| {
        let message = locales.get(tag).and_then(|messages| messages.get(key));
        message.with_context(|| format!("locales/{tag}.json has no `{key}`"))
    };
    let mut keys = Vec::new();
    let mut parts = html.split(MARK);
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, rest) = part.split_once('"').context("an attribute has no closing quote")?;
        let (attributes, rest) = rest.split_once('>').context("a tag has no closing `>`")?;
        ensure!(rest.starts_with('<'), "the element for `{key}` is not empty");
        filled += &format!("{MARK}{key}\"{attributes}>{}{rest}", escape(message(DEFAULT, key)?));
        keys.push(key);
    }
    // A `BTreeMap` is always sorted. serde_json's own map isn't if any crate enables its
    // `preserve_order` feature.
    let (mut options, mut languages) = (String::new(), BTreeMap::new());
    // The default comes first.
    let mut tags: Vec<_> = files.iter().collect();
    tags.sort_by_key(|(tag, _)| *tag != DEFAULT);
    for (tag, file) in tags {
        let name = escape(message(tag, "app.language.name")?);
        options +=
            &format!("<option value=\"{tag}\" lang=\"{tag}\" data-file=\"{file}\">{name}</option>");
        let texts: Result<Vec<&String>> = keys.iter().map(|key| message(tag, key)).collect();
        let texts = if tag == DEFAULT { json!([]) } else { json!(texts?) };
        languages.insert(tag.clone(), json!([file, texts]));
    }
    ensure!(
        filled.contains(OPTIONS) && filled.contains(LANGUAGES),
        "index.html has no place for the languages"
    );
    // A script ends at the first `</`, even inside a string.
    let languages = serde_json::to_string(&languages)?.replace("</", "<\\/");
    Ok(filled
        .replace(OPTIONS, &options)
        .replace(LANGUAGES, &format!("var languages = {languages};")))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> (BTreeMap<String, Messages>, BTreeMap<String, String>) {
        let messages = |name: &str, title: &str| {
            Messages::from([
                ("app.language.name".to_owned(), name.to_owned()),
                ("title".to_owned(), title.to_owned()),
            ])
        };
        let locales = BTreeMap::from([
            ("de".to_owned(), messages("Deutsch", "Datenträger </script>")),
            ("en".to_owned(), messages("English", "Volumes & <more>")),
        ]);
        let files = ["de", "en"].map(|tag| (tag.to_owned(), format!("{tag}.txt")));
        (locales, files.into())
    }

    #[test]
    fn fills_marked_elements_and_lists_the_languages() -> Result<()> {
        let (locales, files) = example();
        let html = "<script>var languages = {};</script><select><!-- languages --></select>\
                    <h1 id=\"a\" data-t=\"title\" class=\"b\"></h1>";
        let expected = "<script>var languages = {\"de\":[\"de.txt\",[\"Datenträger <\\/script>\"]],\
            \"en\":[\"en.txt\",[]]};</script><select>\
            <option value=\"en\" lang=\"en\" data-file=\"en.txt\">English</option>\
            <option value=\"de\" lang=\"de\" data-file=\"de.txt\">Deutsch</option></select>\
            <h1 id=\"a\" data-t=\"title\" class=\"b\">Volumes &amp; &lt;more></h1>";
        assert_eq!(add_texts(html, &locales, &files)?, expected);
        Ok(())
    }

    #[test]
    fn rejects_a_page_without_a_menu_and_unknown_keys() {
        let (locales, files) = example();
        let page = |body: &str| {
            add_texts(&format!("var languages = {{}};{body}"), &locales, &files).map(drop)
        };
        assert!(page("<!-- languages -->").is_ok());
        assert!(page("").is_err());
        assert!(page("<!-- languages --><p data-t=\"no.such.key\"></p>").is_err());
        assert!(page("<!-- languages --><p data-t=\"title\">text</p>").is_err());
    }

    #[test]
    fn names_a_file_by_its_contents() {
        let name = file_name("zh-CN", "text");
        assert_eq!(name.len(), "zh-CN-0123456789abcdef.txt".len());
        assert_eq!(name, file_name("zh-CN", "text"));
        assert_ne!(name, file_name("zh-CN", "other text"));
    }
}
