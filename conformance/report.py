"""Compares two services case by case, and prints where they differ."""

from cases import STATUS


def compare(title, cases, reference, sandbox):
    """Runs the cases with two runners. `reference` is the name and the runner of the first service.
    Exits with 1 if there is an unlisted difference, or if a listed difference is gone."""
    (name, reference) = reference
    width = len("sandbox: ")
    same, listed, wrong = 0, 0, 0
    for case in cases:
        expected, got = reference.run(case), sandbox.run(case)
        differing = {part for part in expected if expected[part] != got[part]}
        if expected[STATUS] == case.status and differing == set(case.differs):
            same += not differing
            listed += bool(differing)
            continue
        wrong += 1
        print(f"\n{case.name}: {case.request}, expected status {case.status}")
        for part in expected:
            if part in differing | set(case.differs) | {STATUS}:
                expectation = "different" if part in case.differs else "the same"
                print(f"  {part}, expected to be {expectation}")
                print(f"    {name + ':':{width}}{expected[part]}\n    {'sandbox:':{width}}{got[part]}")
    total = same + listed + wrong
    print(f"{title}: {total} cases, {same} the same, {listed} differ as listed, {wrong} WRONG")
    raise SystemExit(wrong > 0)
