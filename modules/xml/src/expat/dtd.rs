//! What a document type declaration declares: entities, attributes of elements.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

/// A declared entity.
#[derive(Clone, Default, Debug)]
pub struct Entity {
    pub name: Vec<u8>,
    /// The replacement text of an internal one.
    pub text: Option<Rc<Vec<u8>>>,
    pub system_id: Option<Vec<u8>>,
    pub public_id: Option<Vec<u8>>,
    pub base: Option<Vec<u8>>,
    /// Set for an unparsed entity.
    pub notation: Option<Vec<u8>>,
    pub is_parameter: bool,
    /// Declared in the internal subset, outside parameter entities.
    pub is_internal: bool,
    /// Being expanded.
    pub open: Cell<bool>,
}

/// An attribute that is declared for an element.
#[derive(Clone, Debug)]
pub struct DeclaredAttribute {
    pub name: Vec<u8>,
    pub is_cdata: bool,
    pub default: Option<Vec<u8>>,
}

/// What is declared.
#[derive(Default)]
pub struct Dtd {
    pub general: HashMap<Vec<u8>, Rc<Entity>>,
    pub parameter: HashMap<Vec<u8>, Rc<Entity>>,
    pub attributes: HashMap<Vec<u8>, Vec<DeclaredAttribute>>,
    /// Declarations still count: no parameter entity was skipped.
    pub skip: bool,
    pub has_parameter_references: bool,
    pub standalone: bool,
    /// A parameter entity was read by the parser made for it.
    pub parameter_entity_read: bool,
    bytes: usize,
}

impl Dtd {
    /// A copy for the parser of an external entity, in which no entity is open.
    pub fn copy(&self) -> Dtd {
        let copy = |entities: &HashMap<Vec<u8>, Rc<Entity>>| {
            let closed = |entity: &Rc<Entity>| {
                let entity = Entity::clone(entity);
                entity.open.set(false);
                Rc::new(entity)
            };
            entities.iter().map(|(name, entity)| (name.clone(), closed(entity))).collect()
        };
        Dtd {
            general: copy(&self.general),
            parameter: copy(&self.parameter),
            attributes: self.attributes.clone(),
            skip: self.skip,
            has_parameter_references: self.has_parameter_references,
            standalone: self.standalone,
            parameter_entity_read: false,
            bytes: self.bytes,
        }
    }

    /// A general entity must be declared, and here: no declaration can have been missed.
    pub fn is_complete(&self) -> bool {
        !self.has_parameter_references || self.standalone
    }

    /// Adds an entity that is not declared yet.
    pub fn add_entity(&mut self, entity: Entity) {
        self.bytes += entity.name.len() + entity.text.as_ref().map_or(0, |text| text.len()) + 200;
        let table = if entity.is_parameter { &mut self.parameter } else { &mut self.general };
        table.insert(entity.name.clone(), Rc::new(entity));
    }

    /// True when an entity of this name is declared.
    pub fn has_entity(&self, name: &[u8], parameter: bool) -> bool {
        if parameter { self.parameter.contains_key(name) } else { self.general.contains_key(name) }
    }

    /// Declares an attribute; the first declaration counts.
    pub fn add_attribute(&mut self, element: &[u8], attribute: DeclaredAttribute) {
        self.bytes += attribute.name.len() + attribute.default.as_ref().map_or(0, Vec::len) + 100;
        let attributes = self.attributes.entry(element.to_vec()).or_default();
        if !attributes.iter().any(|known| known.name == attribute.name) {
            attributes.push(attribute);
        }
    }

    /// About how much memory the declarations take.
    pub fn memory(&self) -> usize {
        self.bytes
    }
}

/// What an element may contain, by kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModelKind {
    Empty = 1,
    Any = 2,
    Mixed = 3,
    Name = 4,
    Choice = 5,
    Sequence = 6,
}

/// How often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantifier {
    None = 0,
    Optional = 1,
    Repeated = 2,
    Plus = 3,
}

/// One part of a content model. The parts of all levels stand in one list; a part's children follow each other.
#[derive(Clone, Debug)]
pub struct ModelPart {
    pub kind: ModelKind,
    pub quantifier: Quantifier,
    pub name: Option<Vec<u8>>,
    pub children: Vec<usize>,
}

/// What an element may contain. The first part is the whole.
#[derive(Clone, Default, Debug)]
pub struct ContentModel {
    pub parts: Vec<ModelPart>,
}

impl ContentModel {
    /// A model of one part.
    pub fn of(kind: ModelKind) -> ContentModel {
        let part = ModelPart { kind, quantifier: Quantifier::None, name: None, children: Vec::new() };
        ContentModel { parts: vec![part] }
    }

    /// Adds a part below `parent`; gives its place.
    pub fn add(&mut self, parent: Option<usize>, part: ModelPart) -> usize {
        let place = self.parts.len();
        self.parts.push(part);
        if let Some(parent) = parent.and_then(|parent| self.parts.get_mut(parent)) {
            parent.children.push(place);
        }
        place
    }
}
