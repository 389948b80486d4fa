//! The fields of a list response, and where they occur.

use crate::flags::Flag;

/// The innermost object or array whose content matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Outside,
    Body,
    Volumes,
    Volume,
    Metadata,
    Links,
    Link,
}

/// A field that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Volumes,
    Links,
    Id,
    Metadata,
    Shown(Shown),
    Flag(Flag),
    Rel,
}

/// A value that is shown to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Name,
    Size,
    Status,
    CreatedAt,
}

/// The fields by container and key, except for flags.
static FIELDS: [(Place, &[u8], Field); 8] = [
    (Place::Body, b"volumes", Field::Volumes),
    (Place::Body, b"volumes_links", Field::Links),
    (Place::Volume, b"id", Field::Id),
    (Place::Volume, b"name", Field::Shown(Shown::Name)),
    (Place::Volume, b"size", Field::Shown(Shown::Size)),
    (Place::Volume, b"created_at", Field::Shown(Shown::CreatedAt)),
    (Place::Volume, b"metadata", Field::Metadata),
    (Place::Link, b"rel", Field::Rel),
];

/// Returns the field with this key in a container, if it matters.
pub(crate) fn field(within: Place, key: &[u8]) -> Option<Field> {
    let found = FIELDS.iter().find(|(place, name, _)| *place == within && *name == key);
    let flag = |flag: &Flag| {
        let (name, in_metadata) = flag.key();
        let place = if in_metadata { Place::Metadata } else { Place::Volume };
        place == within && name.as_bytes() == key
    };
    let flags = || Flag::ALL.into_iter().find(flag).map(Field::Flag);
    found.map(|(_, _, field)| *field).or_else(flags)
}
