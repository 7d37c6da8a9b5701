"""Runs commands and tells what they cost: wall time, CPU time, peak memory. Rounds are interleaved between the peers."""
import os
import statistics
import subprocess
import time

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


class Cost:
    def __init__(self, wall, cpu, peak):
        self.wall, self.cpu, self.peak = wall, cpu, peak


def run(command, stdout=subprocess.DEVNULL):
    """The cost of one command and all that it starts; raises if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 2):
        raise SystemExit(f"{' '.join(map(str, command))}\n{message.decode(errors='replace')}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def interleaved(sides, rounds=ROUNDS):
    """The costs of each side, a function that runs it once, taken in turn."""
    costs = {name: [] for name in sides}
    for turn in range(rounds):
        names = list(sides)
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            costs[name].append(sides[name]())
    return costs


def median(costs, part):
    return statistics.median(getattr(cost, part) for cost in costs)


def table(title, costs, base, amount, unit):
    """Prints a row a side: medians, `amount` per second, and the ratio of CPU time to the base."""
    print(f"\n{title} (medians of {len(next(iter(costs.values())))} interleaved rounds)\n")
    print(f"| {'':24} | wall s | CPU s | peak MB | {unit}/s wall | CPU: {base} / this |")
    print("|---|---|---|---|---|---|")
    reference = median(costs[base], "cpu")
    for name, runs in costs.items():
        wall, cpu, peak = (median(runs, part) for part in ("wall", "cpu", "peak"))
        print(f"| {name:24} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {amount / wall:,.0f} | {reference / cpu:.2f} |")
