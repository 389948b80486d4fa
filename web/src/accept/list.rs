//! The transfers from credentials files, with the state of each.

use super::batch::{self, Batch, Counts, Row, RowState};
use crate::errors::{ChangeFailure, Paused, delay_text};
use crate::i18n::{Key, key, language, t};
use crate::reactive::{derive, memo};
use crate::state::AppState;
use crate::ui::{
    Button, Cell, Progress, ShowIf, Table, bdi, code, dynamic, focus_next_frame, span,
};
use leptos::prelude::*;
use std::sync::Arc;
use volume_transfer::{ChangeError, FaultKind};

const COLUMNS: &[(Key, bool)] =
    &[(key::CREATE_VOLUME, false), (key::VOLUMES_SIZE, false), (key::VOLUMES_STATUS, false)];

#[component]
pub(super) fn TransferList(batch: Arc<Batch>) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let counts = {
        let batch = Arc::clone(&batch);
        memo(move || batch.counts())
    };
    let active = derive(move || counts.get().active);
    let format =
        move |key: Key, count: usize| language.get().format(key, &[("count", &count.to_string())]);
    let label = derive(move || match counts.get().open {
        1 => format(key::ACCEPT_SUBMIT, 1),
        open => format(key::ACCEPT_SUBMIT_SEVERAL, open),
    });
    let result = derive(move || {
        let Counts { total, accepted, gone, active, .. } = counts.get();
        if active || accepted + gone == 0 {
            return String::new();
        }
        let values = [("accepted", &*accepted.to_string()), ("total", &*total.to_string())];
        let result = language.get().format(key::ACCEPT_RESULT, &values);
        if gone == 0 {
            return result;
        }
        let gone = format(key::ACCEPT_RESULT_GONE, gone);
        language.get().join(key::JOIN_SENTENCES, &[result, gone])
    });
    let start = {
        let batch = Arc::clone(&batch);
        move || {
            if !active.get_untracked() {
                batch::start(state, &batch);
            }
        }
    };
    let stop = {
        let batch = Arc::clone(&batch);
        move || batch.pace.stop()
    };
    let clear = {
        let batch = Arc::clone(&batch);
        move || {
            if !active.get_untracked() {
                batch.pace.stop();
                batch.rows.update(Vec::clear);
                focus_next_frame("accept");
            }
        }
    };
    let paused = {
        let batch = Arc::clone(&batch);
        derive(move || batch.pace.paused.get())
    };
    let delay = delay_text(&batch.pace);
    let total = memo(move || counts.get().total);
    // Rows are only added and cleared, never moved.
    let rows = dynamic(move || {
        let rows = (0..total.get()).map(|index| row(&batch, index));
        Some(rows.collect_view().into_any())
    });
    view! {
        <Table labelled_by="accept" class="run accept" columns=COLUMNS>{rows}</Table>
        <Paused error=paused on_continue=start.clone() on_stop=stop.clone() />
        <Progress busy=active label=key::ACCEPT_BUSY on_stop=stop idle_text=result />
        <p role="status" prop:textContent=delay />
        <div class="buttons">
            <ShowIf condition=derive(move || counts.get().open != 0)>
                <Button label on_press=start.clone() primary=true disabled=active />
            </ShowIf>
            <Button label=key::ACCEPT_CLEAR on_press=clear disabled=active />
        </div>
        <ShowIf condition=derive(move || !active.get() && counts.get().accepted != 0)>
            <p><a href="#/volumes" prop:textContent=t(key::ACCEPT_SHOW) /></p>
        </ShowIf>
    }
}

fn row(batch: &Arc<Batch>, index: usize) -> AnyView {
    let state = AppState::get();
    let language = language();
    let with = {
        let rows = batch.rows.clone();
        move |read: &dyn Fn(&Row) -> Key| rows.with(|rows| rows.get(index).map(read))
    };
    let (label, id, size) = batch.rows.with_untracked(|rows| {
        let row = rows.get(index);
        let text = |read: fn(&Row) -> &str| row.map(read).unwrap_or_default().to_owned();
        (text(|row| &row.label), text(|row| row.id.as_str()), row.and_then(|row| row.size))
    });
    let size = derive(move || {
        let format = |size: u64| {
            language.get().format(key::VOLUMES_SIZE_VALUE, &[("size", &size.to_string())])
        };
        size.map(format).unwrap_or_default()
    });
    // The text for the row's state.
    let status = derive(move || {
        let key = with(&|row| match &row.state {
            RowState::Waiting => key::RUN_WAITING,
            RowState::Accepting => key::ACCEPT_ROW_ACCEPTING,
            RowState::Accepted => key::ACCEPT_ROW_ACCEPTED,
            RowState::Gone if row.volume.is_some_and(|volume| state.has_volume(&volume)) => {
                key::ACCEPT_ROW_HERE
            }
            RowState::Gone => key::ACCEPT_ROW_GONE,
            RowState::Failed(ChangeError::OutcomeUnknown(_)) => key::RUN_UNKNOWN,
            RowState::Failed(ChangeError::Rejected(fault))
                if fault.kind() == FaultKind::AuthKey =>
            {
                key::ACCEPT_ROW_KEY
            }
            RowState::Failed(ChangeError::Rejected(_)) => key::ACCEPT_ROW_REJECTED,
        });
        key.map(|key| language.get().format(key, &[])).unwrap_or_default()
    });
    let class = {
        let rows = batch.rows.clone();
        move || {
            rows.with(|rows| match rows.get(index).map(|row| &row.state) {
                Some(RowState::Accepted) => "verdict met",
                Some(RowState::Failed(_)) => "verdict violated",
                _ => "",
            })
        }
    };
    let failure = {
        let rows = batch.rows.clone();
        dynamic(move || {
            let error = rows.with(|rows| match &rows.get(index)?.state {
                RowState::Failed(error) => Some(error.clone()),
                RowState::Waiting | RowState::Accepting | RowState::Accepted | RowState::Gone => {
                    None
                }
            })?;
            Some(view! {
                <ChangeFailure error rejected=key::ACCEPT_ROW_FAILED unknown=key::ACCEPT_UNKNOWN />
            }
            .into_any())
        })
    };
    view! {
        <tr role="row">
            <td role="cell">{bdi(label)} " " {code(id)}</td>
            <Cell column=key::VOLUMES_SIZE class="size">{span(size)}</Cell>
            <Cell column=key::VOLUMES_STATUS class="state"><span class=class prop:textContent=status /></Cell>
            <td role="cell" class="details">{failure}</td>
        </tr>
    }
    .into_any()
}
