//! Shows the transfers that a run has created, and their keys, which can't be retrieved later.

use super::failure::failure;
use super::runner;
use crate::errors::{Paused, delay_text};
use crate::i18n::{Key, key, language, local_time, name_or_none, t};
use crate::jwe;
use crate::reactive::{derive, memo};
use crate::state::{AppState, RowKind, RowState, Run};
use crate::ui::{
    Button, Cell, DetailsRow, Dialog, Progress, ShowIf, Table, TextField, aria_bool, aria_true,
    bdi, code, download, dynamic, effect, focus_next_frame, p, span,
};
use js_sys::Date;
use leptos::ev;
use leptos::html::{Input, Span};
use leptos::prelude::*;
use leptos::task::spawn_local;
use volume_transfer::{AuthKey, CredentialsFile, Transfer, TransferSource};
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

/// Shown in place of the key until the user asks to see it.
const MASK: &str = "••••••••••••••••";

const COLUMNS: &[(Key, bool)] = &[(key::CREATE_VOLUME, false), (key::VOLUMES_STATUS, false)];

/// A run's handover dialog. Only its button closes it, so that nobody loses a key by accident.
#[component]
pub(crate) fn HandoverDialog(run: Run) -> impl IntoView {
    let shown = memo({
        let run = run.clone();
        move || run.is_shown()
    });
    dynamic(move || shown.get().then(|| view! { <RunDialog run=run.clone() /> }.into_any()))
}

#[component]
fn RunDialog(run: Run) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let counts = memo({
        let run = run.clone();
        move || run.counts()
    });
    let active = memo({
        let run = run.clone();
        move || run.is_active()
    });
    let batch = run.is_batch();
    let total = run.rows.len().to_string();
    let title = derive(move || {
        let created = counts.get().created.to_string();
        let values = [("created", &*created), ("total", &*total)];
        let key = if batch { key::HANDOVER_TITLE_SEVERAL } else { key::HANDOVER_TITLE };
        language.get().format(key, &values)
    });
    let has_keys = derive(move || counts.get().unsaved > 0);
    let warning = move || if batch { key::HANDOVER_WARNING_SEVERAL } else { key::HANDOVER_WARNING };
    let close = {
        let run = run.clone();
        move || {
            if active.get_untracked() {
                return;
            }
            let saved = run.drop_keys();
            state.pending.saved.update(|all| all.extend(saved));
            run.closed.set(true);
            // The form is no longer needed.
            state.panel_open.set(false);
            // Waits for the next frame, because an open modal dialog keeps the focus.
            focus_next_frame("volumes");
        }
    };
    let close_label = derive(move || {
        language.get().format(
            match (has_keys.get(), batch) {
                (false, _) => key::HANDOVER_CLOSE_NONE,
                (true, false) => key::HANDOVER_CLOSE,
                (true, true) => key::HANDOVER_CLOSE_SEVERAL,
            },
            &[],
        )
    });
    let content = if batch {
        view! { <Batch run=run.clone() active /> }.into_any()
    } else {
        view! { <Single run=run.clone() /> }.into_any()
    };
    view! {
        <Dialog id="handover" title on_close=move || () persistent=true>
            <ShowIf condition=has_keys><p id="handover-text" class="message warning" prop:textContent=t(warning()) /></ShowIf>
            {content}
            <ShowIf condition=has_keys><SaveFile run=run.clone() /></ShowIf>
            <ShowIf condition=has_keys>{p(key::HANDOVER_NEXT)}</ShowIf>
            <Button label=close_label on_press=close primary=true disabled=active />
        </Dialog>
    }
}

/// The transfer of a run for one volume, and its key.
#[component]
fn Single(run: Run) -> impl IntoView {
    let key_node = NodeRef::<Span>::new();
    let shown = RwSignal::new(false);
    // The result of copying, for the live region.
    let result = RwSignal::new(None::<Key>);
    let language = language();
    let record = with_created(&run, |record, _| record.clone());

    // Writes the key to the document only on request, and directly from the buffer that is wiped on
    // drop. A string for the view would leave a copy in memory.
    effect({
        let run = run.clone();
        move || {
            let shown = shown.get();
            if let Some(node) = key_node.get() {
                with_created(&run, |_, auth_key| {
                    let key = if shown { auth_key.expose() } else { MASK };
                    node.set_text_content(Some(key));
                });
            }
        }
    });
    let copy = move || {
        // The clipboard is undefined outside of secure contexts.
        let clipboard = Some(window().navigator().clipboard()).filter(|c| !c.is_undefined());
        let writing = with_created(&run, |_, auth_key| {
            Some(clipboard.as_ref()?.write_text(auth_key.expose()))
        });
        // Cleared first, because screen readers only announce changes.
        result.set(None);
        spawn_local(async move {
            let copied = match writing.flatten() {
                Some(writing) => JsFuture::from(writing).await.is_ok(),
                None => false,
            };
            if !copied {
                shown.set(true);
            }
            result.set(Some(if copied { key::HANDOVER_COPIED } else { key::HANDOVER_COPY_FAILED }));
        });
    };
    let result_text = derive(move || {
        result.get().map(|result| language.get().format(result, &[])).unwrap_or_default()
    });
    view! {
        {record.map(|record| view! { <Record record /> })}
        <div class="key">
            <p id="auth-key-label" prop:textContent=t(key::HANDOVER_KEY) />
            <p>
                <code aria-labelledby="auth-key-label" class="auth-key" role="group">
                    <span node_ref=key_node aria-hidden=aria_true(derive(move || !shown.get()))></span>
                    <ShowIf condition=derive(move || !shown.get())>
                        <span class="visually-hidden" prop:textContent=t(key::HANDOVER_KEY_HIDDEN) />
                    </ShowIf>
                </code>
            </p>
            <div class="buttons">
                <button type="button" on:click=move |_| shown.update(|shown| *shown = !*shown)
                    aria-pressed=aria_bool(move || shown.get())
                    prop:textContent=t(key::HANDOVER_SHOW) />
                <Button label=key::HANDOVER_COPY on_press=copy />
            </div>
            <p role="status" prop:textContent=result_text />
        </div>
    }
}

/// The transfers of a run for several volumes, with the state of each.
#[component]
fn Batch(run: Run, active: Memo<bool>) -> impl IntoView {
    let state = AppState::get();
    let stop = {
        let run = run.clone();
        move || run.pace.stop()
    };
    let rows: Vec<_> = (0..run.rows.len()).map(|index| row(&run, index)).collect();
    let delay = delay_text(&run.pace);
    let resume = {
        let run = run.clone();
        move || runner::resume(state, &run)
    };
    let pause = {
        let run = run.clone();
        move || run.pace.paused.get()
    };
    view! {
        <Progress busy=active label=key::RUN_BUSY on_stop=stop.clone() />
        <p role="status" prop:textContent=delay />
        <Paused error=derive(pause) on_continue=resume on_stop=stop />
        <Table labelled_by="handover" class="run" focusable=true columns=COLUMNS>{rows}</Table>
    }
}

fn row(run: &Run, index: usize) -> AnyView {
    let language = language();
    let Some(row) = run.rows.get(index) else { return ().into_any() };
    let label = row.volume.label().to_owned();
    let (state, stopped) = (row.state.clone(), run.pace.stopped.clone());
    let kind = memo(move || (state.with(RowState::kind), stopped.get()));
    let text = derive(move || {
        let key = match kind.get() {
            (RowKind::Waiting, false) => key::RUN_WAITING,
            (RowKind::Waiting, true) => key::RUN_NOT_SENT,
            (RowKind::Creating, _) => key::RUN_CREATING,
            (RowKind::Created, _) => key::RUN_CREATED,
            (RowKind::Rejected, _) => key::RUN_REJECTED,
            (RowKind::Unknown, _) => key::RUN_UNKNOWN,
        };
        language.get().format(key, &[])
    });
    let details = failure(run, index);
    let class = derive(move || match kind.get().0 {
        RowKind::Created => "verdict met",
        RowKind::Rejected | RowKind::Unknown => "verdict violated",
        RowKind::Waiting | RowKind::Creating => "",
    });
    view! {
        <tr role="row">
            <td role="cell">{bdi(label)}</td>
            <Cell column=key::VOLUMES_STATUS class="state"><span class=class prop:textContent=text /></Cell>
            <td role="cell" class="details">{details}</td>
        </tr>
    }
    .into_any()
}

/// The form that saves all keys of the run in one file, optionally protected by a passphrase.
#[component]
fn SaveFile(run: Run) -> impl IntoView {
    let language = language();
    let input = NodeRef::<Input>::new();
    let shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    // The name of the downloaded file, or an empty string if it couldn't be encrypted or saved.
    let result = RwSignal::new(None::<String>);
    let save = move || {
        if busy.get_untracked() {
            return;
        }
        let passphrase = input.get_untracked().map(|input| Zeroizing::new(input.value()));
        let passphrase = passphrase.filter(|text| !text.is_empty());
        let file = file_name(&run, passphrase.is_some());
        let text = credentials(&run);
        result.set(None);
        let Some(passphrase) = passphrase else {
            if download(&file, &text, "application/json").is_ok() {
                // Set in the next frame, because screen readers only announce changes.
                request_animation_frame(move || {
                    result.try_set(Some(file));
                });
            }
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let jwe = jwe::encrypt(&text, &passphrase).await;
            let saved = jwe.is_some_and(|jwe| download(&file, &jwe, "application/jose").is_ok());
            // The dialog may have been closed.
            busy.try_set(false);
            result.try_set(Some(if saved { file } else { String::new() }));
        });
    };
    let result_text = derive(move || match result.get() {
        None => String::new(),
        Some(file) if file.is_empty() => {
            language.get().format(key::HANDOVER_PASSPHRASE_FAILED, &[])
        }
        Some(file) => language.get().format(key::HANDOVER_DOWNLOADING, &[("file", &file)]),
    });
    let show = move || {
        shown.update(|shown| *shown = !*shown);
        if let Some(input) = input.get_untracked() {
            input.set_type(if shown.get_untracked() { "text" } else { "password" });
        }
    };
    let passphrase = if jwe::is_available() {
        view! {
            <TextField id="passphrase" label=key::HANDOVER_PASSPHRASE input_type="password" node=input
                error=Signal::stored(String::new())>
                {p(key::HANDOVER_PASSPHRASE_HINT)}
            </TextField>
            <button type="button" class="small" on:click=move |_| show() aria-pressed=aria_bool(move || shown.get())
                prop:textContent=t(key::HANDOVER_PASSPHRASE_SHOW) />
        }
        .into_any()
    } else {
        view! { <p class="hint" prop:textContent=t(key::HANDOVER_PASSPHRASE_INSECURE) /> }
            .into_any()
    };
    view! {
        <form class="save" novalidate on:submit=move |event: ev::SubmitEvent| {
            event.prevent_default();
            save();
        }>
            {passphrase}
            <button type="submit" aria-disabled=aria_true(busy.into()) prop:textContent=t(key::HANDOVER_DOWNLOAD) />
            <p role="status" prop:textContent=result_text />
        </form>
    }
}

/// Returns the file with the credentials of all created transfers.
fn credentials(run: &Run) -> Zeroizing<String> {
    let session = &run.session;
    let source = TransferSource {
        service: Some(session.service),
        endpoint: Some(session.endpoint.as_str().to_owned()),
        region: Some(session.account.region.clone()).filter(|region| !region.is_empty()),
        project: Some(session.project),
    };
    let states: Vec<_> = run.rows.iter().map(|row| row.state.read_untracked()).collect();
    let transfers: Vec<_> = states.iter().filter_map(|state| Some(state.created()?.1)).collect();
    CredentialsFile::write(&source, &transfers)
}

/// Names the file after the transfer, or after the current time if there are several.
fn file_name(run: &Run, is_protected: bool) -> String {
    let name = match run.is_batch() {
        false => with_created(run, |record, _| record.id.as_str().to_owned()),
        true => Date::new_0().to_iso_string().as_string().map(|time| {
            // Colons are not allowed in file names on Windows.
            time.split('.').next().unwrap_or_default().replace(':', "-")
        }),
    };
    let extension = if is_protected { "jwe" } else { "json" };
    format!("volume-transfer-{}.{extension}", name.unwrap_or_default())
}

/// Passes the first transfer of a run and its key to a function.
fn with_created<T>(run: &Run, read: impl FnOnce(&Transfer, &AuthKey) -> T) -> Option<T> {
    let state = run.rows.first()?.state.read_untracked();
    let (record, credentials) = state.created()?;
    Some(read(record, &credentials.handover.auth_key))
}

/// The transfer's ID and name, and its other fields on request.
#[component]
fn Record(record: Transfer) -> impl IntoView {
    let language = language();
    let created = move || {
        let (language, utc) = (language.get(), record.created_at.as_deref()?);
        Some(match local_time(&format!("{utc}Z"), language) {
            Some(local) => vec![
                language.format(key::HANDOVER_CREATED_LOCAL, &[("time", &local)]),
                language.format(key::HANDOVER_CREATED_UTC, &[("time", utc)]),
            ],
            None => vec![utc.to_owned()],
        })
    };
    let created = dynamic(move || {
        let lines = created().unwrap_or_default().into_iter();
        let lines = lines.map(p);
        Some(lines.collect_view().into_any())
    });
    let name = name_or_none(record.name);
    // Plain text rather than links, because the service chooses the addresses. EVS's samples point
    // to other hosts.
    let links: Vec<_> = record
        .links
        .into_iter()
        .map(|link| view! { <li>{span(link.rel)} ": " {code(link.href)}</li> }.into_any())
        .collect();
    let links = (!links.is_empty()).then(|| {
        view! { <DetailsRow name=key::HANDOVER_LINKS><ul>{links}</ul></DetailsRow> }.into_any()
    });
    view! {
        <dl class="record">
            <DetailsRow name=key::HANDOVER_ID>{code(record.id.as_str().to_owned())}</DetailsRow>
            <DetailsRow name=key::CREATE_NAME>{bdi(name)}</DetailsRow>
        </dl>
        <details>
            <summary prop:textContent=t(key::HANDOVER_DETAILS) />
            <dl class="record">
                <DetailsRow name=key::HANDOVER_VOLUME>{code(record.volume_id.as_str().to_owned())}</DetailsRow>
                <DetailsRow name=key::HANDOVER_CREATED>{created}</DetailsRow>
                {links}
            </dl>
        </details>
    }
}
