"""The recorded cases through clients that others wrote, against one `cosmokit serve`.

usage: run.py COSMOKIT PYTHON NODE [--show NAME]
Accounts of 1, 4 and 13 partitions merge for their clients; on two further ones the clients merge by the account's plan.
A case that fails is named; what a client itself cannot do stands in `limits.py`, by class, with the reason.
`--show NAME` prints the answers of one case.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

from judge import problem
from limits import LIMITS, limit_of

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "../../crates/query/tests/data")


def pairs(path):
    """Lines of a name, two spaces and a reason."""
    with open(path, encoding="utf-8") as file:
        lines = (line.split("  ", 1) for line in file if line.strip() and not line.startswith("//"))
        return {name: reason.strip() for name, reason in lines}


def serve(cosmokit, directory):
    log = open(os.path.join(directory, "serve.log"), "w", encoding="utf-8")
    arguments = [cosmokit, "serve", "--config", os.path.join(directory, "serve.toml")]
    server = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True)
    line = server.stdout.readline()
    if not line:
        raise SystemExit(f"the server did not become ready: {open(log.name, encoding='utf-8').read()}")
    ready = json.loads(line)
    return server, [ready, *ready["accounts"]]


def count_lines(path):
    try:
        with open(path, "rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    except FileNotFoundError:
        return 0


def show(done, total, width=40):
    if sys.stderr.isatty():
        filled = width * done // total
        print(f"\r{'█' * filled}{'░' * (width - filled)} {done}/{total}", end="", file=sys.stderr, flush=True)


def ask_all(clients, total):
    """Runs the clients side by side and shows how far they are."""
    running = {name: subprocess.Popen(command, env=environment) for name, (command, environment, _) in clients.items()}
    answers = [path for _, _, path in clients.values()]
    while any(client.poll() is None for client in running.values()):
        show(sum(map(count_lines, answers)), total)
        time.sleep(0.5)
    show(total, total)
    print(file=sys.stderr)
    broken = [name for name, client in running.items() if client.returncode != 0]
    if broken:
        raise SystemExit(f"broke off: {', '.join(broken)}")


def judge(client, path, cases, known):
    """The table's rows of one client, how often each of its limits was met, and what is wrong."""
    rows, problems, met = {}, [], {}
    with open(path, encoding="utf-8") as file:
        for answer in map(json.loads, file):
            case, account = cases[answer["case"]], answer["account"]
            merging, partitions = account.split("-")
            row = rows.setdefault(account, {"pass": 0, "limit": 0, "known": 0, "fail": 0})
            wrong = problem(case, answer, int(partitions))
            limit = wrong and limit_of(client, merging, case["name"], wrong)
            if wrong is None:
                row["pass"] += 1
            elif limit:
                row["limit"] += 1
                met.setdefault(limit, set()).add(case["name"])
            elif case["name"] in known and case["trust"] != "A":
                row["known"] += 1
            else:
                row["fail"] += 1
                problems.append(f"{client} {account} {case['name']} [{case['trust']}]\n  {case['query'][:300]}\n"
                                f"  {wrong[:600]}\n  wanted {json.dumps(case['judged'].get('expected'))[:400]}")
    missing = [account for account, row in rows.items() if sum(row.values()) != len(cases)]
    problems += [f"{client} {account}: not every case was answered" for account in missing]
    for limit in (limit for limit in LIMITS if limit.client == client):
        unmet = [name for name in limit.cases if name not in met.get(limit, ())]
        if limit not in met or unmet:
            problems.append(f"{client} has no longer this limit: {limit.title} {' '.join(unmet)}")
    return rows, met, problems


def table(results):
    print(f"{'client':<12}{'merges':<10}{'partitions':>10}{'cases':>8}{'pass':>8}{'its limits':>12}{'exceptions':>12}{'fail':>6}")
    for client, rows in results.items():
        for account, row in rows.items():
            merging, partitions = account.split("-")
            print(f"{client:<12}{merging:<10}{partitions:>10}{sum(row.values()):>8}{row['pass']:>8}{row['limit']:>12}"
                  f"{row['known']:>12}{row['fail']:>6}")


def main(cosmokit, python, node, *options):
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([sys.executable, os.path.join(HERE, "prepare.py"), DATA, directory], check=True)
        path = os.path.join(directory, "cases.json")
        with open(path, encoding="utf-8") as file:
            prepared = json.load(file)
        server, accounts = serve(cosmokit, directory)
        try:
            ask_clients(directory, path, prepared, accounts, (python, node), options)
        finally:
            server.terminate()
            server.wait()


def ask_clients(directory, path, prepared, accounts, programs, options):
    cases, begun = prepared["cases"], time.monotonic()
    environment = {**os.environ, "COSMOSKEY": accounts[0]["key"]}
    endpoints = [f"{account['account']}={account['endpoint']}" for account in accounts]
    python, _ = programs
    subprocess.run([python, os.path.join(HERE, "define.py"), path, *endpoints], env=environment, check=True)
    answers = {name: os.path.join(directory, f"{name}.ndjson") for name in ("python", "javascript")}
    scripts = zip(answers, programs, ("ask.py", "ask.mjs"))
    clients = {
        name: ([program, os.path.join(HERE, script), path, answers[name], *endpoints], environment, answers[name])
        for name, program, script in scripts
    }
    ask_all(clients, len(cases) * len(accounts) * len(clients))
    if len(options) == 2:
        return print_answers(options[1], cases, answers)
    known = pairs(os.path.join(DATA, "known_exceptions.txt"))
    known = {name.removeprefix("client:"): reason for name, reason in known.items()}
    results, limits, problems = {}, {}, []
    for name, answered in answers.items():
        results[name], met, wrong = judge(name, answered, cases, known)
        limits |= met
        problems += wrong
    table(results)
    print("its limits, when the client merges:")
    for limit, names in limits.items():
        print(f"  {limit.client:<11}{len(names):>4}  {limit.title}: {limit.reason}")
    aside = ", ".join(f"{count} {why}" for why, count in prepared["aside"].items())
    print(f"{time.monotonic() - begun:.0f} s; aside: {aside}")
    if problems:
        raise SystemExit("\n".join([*problems, f"{len(problems)} problems"]))


def print_answers(name, cases, answers):
    for client, path in answers.items():
        with open(path, encoding="utf-8") as file:
            for answer in map(json.loads, file):
                if cases[answer["case"]]["name"] == name:
                    print(client, answer["account"], json.dumps(answer.get("rows", answer.get("error"))))


if __name__ == "__main__":
    main(*sys.argv[1:])
