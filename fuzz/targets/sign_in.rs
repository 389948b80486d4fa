//! The response to a sign-in. The result must match the request, and no error may contain a secret.
#![no_main]

use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::ProjectId;
use volume_transfer::identity::{
    DomainRef, Identifier, ProjectRef, Scope, SignIn, SignInError, SignInMethod, decode_sign_in,
};

/// The project in the recorded responses.
const PROJECT: &str = "aea8f9f533184340bbc0ed551576d417";
const CANARY: &str = "gAAAAABrCRcO1wgnVgrhN3sioJDQH1tDf";
const METHODS: [SignInMethod; 5] = [
    SignInMethod::Password,
    SignInMethod::PasswordAndPasscode,
    SignInMethod::Passcode,
    SignInMethod::ApplicationCredential,
    SignInMethod::Token,
];

fuzz_target!(|data: &[u8]| {
    let name = Identifier::parse("project-a").unwrap();
    let domain = Some(DomainRef::Name(Identifier::parse("Default").unwrap()));
    let scopes = [
        Scope::Default,
        Scope::Unscoped,
        Scope::Project(ProjectRef::Id(ProjectId::parse(PROJECT).unwrap())),
        Scope::Project(ProjectRef::Name { name, domain }),
    ];
    for (method, scope) in METHODS.iter().flat_map(|method| scopes.iter().map(|s| (*method, s))) {
        let response = outcome(data).map(|response| {
            response
                .with_header("X-Subject-Token", CANARY)
                .with_header("Openstack-Auth-Receipt", CANARY)
        });
        match decode_sign_in(method, scope, response) {
            Ok(SignIn::Scoped(session)) => {
                assert_eq!(session.token.expose(), CANARY);
                if let Scope::Project(ProjectRef::Id(id)) = scope {
                    assert_eq!(*id, session.project.id);
                }
                let _ = (session.project.region(), session.project.label());
                for endpoint in session.catalog.iter().flat_map(|catalog| &catalog.endpoints) {
                    assert!(endpoint.url.starts_with("http"));
                }
            }
            Ok(SignIn::Unscoped(session)) => {
                assert_eq!(session.token.expose(), CANARY);
                assert!(!matches!(scope, Scope::Project(_)));
            }
            Ok(SignIn::NeedsPasscode(pending)) => assert!(pending.receipt.is_some()),
            Err(error) => {
                // The input itself may contain the canary.
                let text = format!("{error:?} {error} {}", error.code());
                assert!(data.len() >= CANARY.len() || !text.contains(CANARY));
                if let SignInError::Rejected(_, fault) = &error {
                    assert!((400..500).contains(&fault.status));
                    // The message is cut off before anything that the service quotes.
                    assert!(fault.message.iter().all(|message| !message.contains('{')));
                }
                error.fault().iter().for_each(check_fault);
            }
        }
    }
});
