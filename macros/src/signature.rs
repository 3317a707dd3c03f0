//! Reads signatures as Argument Clinic writes them: `($self, a, b=None, /, *args, key=None, **kwargs)`.
//! Not here: the code that parses arguments by them (`function.rs`).

/// How a parameter may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PositionalOnly,
    PositionalOrKeyword,
    KeywordOnly,
}

/// A named parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub kind: Kind,
    /// The text after `=`, if any.
    pub default: Option<String>,
}

/// What stands at a place of the parameter list, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Named(Parameter),
    VarArgs,
    VarKeywords,
}

/// A parsed signature, without `$self`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    pub places: Vec<Place>,
}

impl Signature {
    /// The named parameters: positional ones, then keyword-only ones without default, then the other keyword-only ones.
    pub fn named(&self) -> Vec<&Parameter> {
        let mut named: Vec<&Parameter> = self
            .places
            .iter()
            .filter_map(|place| if let Place::Named(parameter) = place { Some(parameter) } else { None })
            .collect();
        named
            .sort_by_key(|p| if p.kind == Kind::KeywordOnly { 1 + u8::from(p.default.is_some()) } else { 0 });
        named
    }

    pub fn has_varargs(&self) -> bool {
        self.places.contains(&Place::VarArgs)
    }

    pub fn has_varkeywords(&self) -> bool {
        self.places.contains(&Place::VarKeywords)
    }

    /// True when some argument may be given by name.
    pub fn takes_keywords(&self) -> bool {
        self.has_varkeywords() || self.named().iter().any(|p| p.kind != Kind::PositionalOnly)
    }

    pub fn parse(text: &str) -> Result<Signature, String> {
        let text = text.trim();
        let inner = text
            .strip_prefix('(')
            .and_then(|t| t.strip_suffix(')'))
            .ok_or_else(|| format!("a signature is written in parentheses, got `{text}`"))?;
        let mut signature = Signature::default();
        let mut keyword_only = false;
        let mut seen_slash = false;
        for (index, part) in split(inner).into_iter().enumerate() {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            if part.starts_with('$') {
                if index != 0 {
                    return Err(format!("`{part}` may only stand first"));
                }
            } else if part == "/" {
                if seen_slash || keyword_only {
                    return Err("misplaced `/`".into());
                }
                seen_slash = true;
                for place in &mut signature.places {
                    if let Place::Named(parameter) = place {
                        parameter.kind = Kind::PositionalOnly;
                    }
                }
            } else if part == "*" {
                keyword_only = true;
            } else if let Some(name) = part.strip_prefix("**") {
                check_name(name)?;
                signature.places.push(Place::VarKeywords);
            } else if let Some(name) = part.strip_prefix('*') {
                check_name(name)?;
                keyword_only = true;
                signature.places.push(Place::VarArgs);
            } else {
                let (name, default) = match part.split_once('=') {
                    Some((name, default)) => (name.trim(), Some(default.trim().to_owned())),
                    None => (part, None),
                };
                let name = name.split(':').next().unwrap_or(name).trim();
                check_name(name)?;
                let kind = if keyword_only { Kind::KeywordOnly } else { Kind::PositionalOrKeyword };
                signature.places.push(Place::Named(Parameter { name: name.to_owned(), kind, default }));
            }
        }
        let mut optional = false;
        for parameter in signature.named() {
            if parameter.kind == Kind::KeywordOnly {
                break;
            }
            if parameter.default.is_none() && optional {
                return Err(format!("parameter `{}` without default follows one with", parameter.name));
            }
            optional |= parameter.default.is_some();
        }
        Ok(signature)
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let mut chars = name.chars();
    let good = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_');
    if good { Ok(()) } else { Err(format!("`{name}` is not a parameter name")) }
}

/// Splits at the commas that stand outside of brackets and quotes.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote, mut escaped) = (0, 0, None, false);
    for (at, c) in text.char_indices() {
        if let Some(q) = quote {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == q {
                quote = None;
            }
            continue;
        }
        match c {
            '\'' | '"' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text.get(start..at).unwrap_or(""));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or(""));
    parts
}
