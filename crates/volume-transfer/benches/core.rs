//! Measures the core natively, without wasm or JavaScript: `cargo bench --package volume-transfer`.

#![allow(missing_docs, reason = "criterion's macros generate a public item")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, process::Command};
use volume_transfer::eligibility::{self, Verdicts};
use volume_transfer::{Facts, ListReader, Response, Service, TransferName, VolumeId, api};

const ROWS: usize = 1_000;

fn names(criterion: &mut Criterion) {
    let rule = Service::EvsV2.name_rule();
    let mut group = criterion.benchmark_group("name");
    for (label, name) in [
        ("ascii", "order-service-shard-01".to_owned()),
        ("chinese", "数据盘-上海-01".to_owned()),
        ("too long", "卷".repeat(86)),
    ] {
        assert_eq!(TransferName::parse(&name, rule).is_err(), label == "too long");
        group.bench_function(label, |bench| {
            bench.iter(|| TransferName::parse(black_box(&name), rule));
        });
    }
}

/// Evaluates a list in two ways: using its rows' flags, and using decoded volumes.
fn lists(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("list");
    for (names, pretty) in
        [("ascii", false), ("ascii", true), ("chinese", false), ("chinese", true)]
    {
        let list = list(names, pretty);
        let label = format!("{names}, {}", if pretty { "pretty" } else { "compact" });
        assert_eq!(from_flags(&list), decoded(list.clone()));
        group.throughput(Throughput::Bytes(u64::try_from(list.len()).unwrap()));
        group.bench_function(BenchmarkId::new("flags", &label), |bench| {
            bench.iter(|| from_flags(black_box(&list)));
        });
        group.bench_function(BenchmarkId::new("decoded", &label), |bench| {
            bench.iter_batched(|| list.clone(), decoded, BatchSize::LargeInput);
        });
    }
}

fn from_flags(list: &[u8]) -> Vec<Verdicts> {
    let mut rows = Vec::with_capacity(ROWS);
    let (mut reader, facts) = (ListReader::new(), Facts::default());
    let evaluate = |flags| eligibility::evaluate(flags, &facts, Service::EvsV2);
    reader.push(list, |row| rows.push(evaluate(row.flags))).unwrap();
    reader.finish().unwrap();
    rows
}

fn decoded(list: Vec<u8>) -> Vec<Verdicts> {
    let mut page = api::VolumeList::default();
    page.add_page(Ok(Response::new(200, list))).unwrap();
    let facts = Facts::default();
    let evaluate = |volume| eligibility::check(volume, &facts, Service::EvsV2).verdicts();
    page.volumes.iter().map(evaluate).collect()
}

/// Generates a list as the npm package's benchmark does, so that the results are comparable.
fn list(names: &str, pretty: bool) -> Vec<u8> {
    let script = format!(
        "import {{ listText }} from './bench/data.js';
         process.stdout.write(listText({ROWS}, {{ names: '{names}', pretty: {pretty} }}));"
    );
    let mut node = Command::new("node");
    node.args(["--input-type=module", "--eval", &script]);
    let output = node.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn created(criterion: &mut Criterion) {
    const VOLUME: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
    let body = format!(
        r#"{{"transfer":{{"id":"1a7059f5-0ed7-45b7-8d05-2811e5d09f24","volume_id":"{VOLUME}",
        "name":"first volume","created_at":"2016-01-19T13:30:35.746234","auth_key":"9266c59563c84664",
        "links":[{{"href":"https://localhost/a","rel":"self"}},{{"href":"https://localhost/b","rel":"bookmark"}}]}}}}"#
    );
    let volume_id = || VolumeId::parse(VOLUME).ok();
    let response = || Response::new(202, body.clone().into_bytes());
    assert!(api::decode_created(volume_id(), Ok(response())).is_ok());
    criterion.bench_function("created", |bench| {
        bench.iter_batched(
            || (volume_id(), response()),
            |(volume_id, response)| api::decode_created(volume_id, Ok(response)),
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, names, lists, created);
criterion_main!(benches);
