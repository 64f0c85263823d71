# SPDX-License-Identifier: Apache-2.0
"""
differences.py PAGES

Reads the pages for Prometheus that tests/compare/both has kept, of ebpf_exporter and of a Collector behind otelbpf, from before and after
events, and prints what is different. Exit status: 1 if there are differences, 2 if there is nothing to compare.

Both count the same events with programs of their own, which began at different times: what is compared is how much each series
grew. A value of ours is between what theirs was before and after it was collected; where that did not move, it must be the same to
the unit.
"""

import math
import pathlib
import re
import sys

from page import bound, label_set, read

PREFIX = "ebpf_exporter_"
# ebpf_exporter's metrics about itself.
ABOUT_ITSELF = ("enabled_configs", "ebpf_program_", "decoder_errors_total", "build_info")
ROUNDS = 4
# System calls of x86-64 that ebpf_exporter 2.5.1 calls by the names of strace's functions: ours=theirs.
SYSCALLS = dict(pair.split("=") for pair in """
    _sysctl=sysctl adjtimex=adjtimex64 clock_adjtime=clock_adjtime64 clock_getres=clock_getres_time64
    clock_gettime=clock_gettime64 clock_nanosleep=clock_nanosleep_time64 clock_settime=clock_settime64
    epoll_ctl_old=printargs epoll_wait_old=printargs exit_group=exit futex=futex_time64
    io_getevents=io_getevents_time64 io_pgetevents=io_pgetevents_time64 lchown=chown lgetxattr=getxattr
    llistxattr=listxattr lremovexattr=removexattr lsetxattr=setxattr mq_timedreceive=mq_timedreceive_time64
    mq_timedsend=mq_timedsend_time64 nanosleep=nanosleep_time64 pivot_root=pivotroot poll=poll_time64
    ppoll=ppoll_time64 pread64=pread pselect6=pselect6_time64 pwrite64=pwrite recvmmsg=recvmmsg_time64
    rt_sigtimedwait=rt_sigtimedwait_time64 sched_rr_get_interval=sched_rr_get_interval_time64
    semtimedop=semtimedop_time64 sendfile=sendfile64 timer_gettime=timer_gettime64
    timer_settime=timer_settime64 timerfd_gettime=timerfd_gettime64 timerfd_settime=timerfd_settime64
    utimensat=utimensat_time64
""".split())


def wanted(name):
    return name.startswith(PREFIX) and not name.startswith(tuple(PREFIX + one for one in ABOUT_ITSELF))


class Round:
    """What theirs was, what ours was then, and what theirs was afterwards."""

    def __init__(self, folder):
        self.before, self.ours, self.after = (read(folder / name, wanted) for name in ("before", "ours", "after"))


def normal(series, devices):
    """As both would have it: kernel symbols without the module behind a tab, system calls by one name, block devices that
    ebpf_exporter does not find by theirs in sysfs, unknown numbers of PCI without zeros before them."""
    name, labels = series
    return name, label_set((key, common(key, text, devices)) for key, text in labels)


def common(key, text, devices):
    number = re.fullmatch(r"unknown:(\d+:\d+)", text)
    if number and number[1] in devices:
        return devices[number[1]]
    text = re.sub(r"(?<=^unknown pci vendor: 0x|^unknown pci device: 0x)0+(?=.)", "", text)
    return SYSCALLS.get(text, text) if key == "syscall" else re.sub(r"\t\[\w+\]", "", text)


def is_measured(series):
    """A time that each of the two programs measures by itself; how many they measured must be the same."""
    name, labels = series
    return name.endswith("_seconds_sum") or (name.endswith("_seconds_bucket") and math.isfinite(bound(labels)))


def values(page, devices):
    result = {}
    for series, value in page.series.items():
        result[normal(series, devices)] = result.get(normal(series, devices), 0) + value
    return result


def last_bounds(page):
    """(name, labels without le) -> the largest bound that is a number."""
    result = {}
    for name, labels in page:
        le = bound(labels)
        if math.isfinite(le):
            key = name, tuple(pair for pair in labels if pair[0] != "le")
            result[key] = max(result.get(key, -math.inf), le)
    return result


def bounds(page, metric):
    """The bounds of the metric's buckets that are numbers, in their order."""
    return sorted({bound(labels) for name, labels in page if name == metric and math.isfinite(bound(labels))})


def linear_bounds(theirs, ours):
    """Metrics -> their bounds by ours, where ebpf_exporter's bounds of linear buckets are those where the buckets begin."""
    result = {}
    for metric in {name for name, _ in ours}:
        begins, ends = bounds(theirs, metric), bounds(ours, metric)
        if ends and ends == [number - 1 for number in begins[1:]] and ends != begins[:-1]:
            result[metric] = dict(zip(ends, begins))
    return result


def rename_bounds(page, linear):
    return {(name, label_set((key, str(linear[name].get(float(text), text)) if key == "le" and name in linear else text)
                             for key, text in labels)): value for (name, labels), value in page.items()}


class Comparison:
    def __init__(self, start, end, devices):
        self.start = [values(page, devices) for page in (start.before, start.ours, start.after)]
        self.end = [values(page, devices) for page in (end.before, end.ours, end.after)]
        linear = linear_bounds(self.end[0], self.end[1])
        self.start[1], self.end[1] = (rename_bounds(page, linear) for page in (self.start[1], self.end[1]))
        self.types = end.before.types, end.ours.types
        self.last = last_bounds(self.end[0])
        self.equal = self.still = self.between = self.earlier = self.measured = self.last_buckets = 0
        self.differences = []
        self.purpose = [f"{name}: bounds of linear buckets are where they end" for name in linear]

    def run(self):
        self.compare_types()
        before, ours, after = self.end
        for series in sorted(set(before) | set(ours)):
            if series not in ours:
                self.missing(series, before[series])
            elif series not in after:
                self.differences.append(f"only ours: {show(series)} {ours[series]:g}")
            else:
                self.compare(series)
        return self

    def compare_types(self):
        theirs, ours = self.types
        for name in sorted(set(theirs) & set(ours)):
            if theirs[name] == ours[name]:
                continue
            text = f"{name} is a {theirs[name]} there, a {ours[name]} here"
            on_purpose = theirs[name] == "counter" and not name.endswith("_total")
            (self.purpose if on_purpose else self.differences).append(text)

    def missing(self, series, value):
        name, labels = series
        key = name, tuple(pair for pair in labels if pair[0] != "le")
        if self.last.get(key) == bound(labels):
            self.last_buckets += 1
        elif self.start[0].get(series) == value:
            self.earlier += 1    # its events were before ours began
        else:
            self.differences.append(f"only theirs: {show(series)} {value:g}")

    def compare(self, series):
        low = self.end[0].get(series, 0) - self.start[2].get(series, 0)
        high = self.end[2].get(series, 0) - self.start[0].get(series, 0)
        grown = self.end[1][series] - self.start[1].get(series, 0)
        # Sums are divided by different ways: the last digits of a double.
        slack = 1e-9 * max(abs(self.end[1][series]), abs(self.end[2].get(series, 0)))
        if not low - slack <= grown <= high + slack and is_measured(series):
            self.measured += 1
        elif not low - slack <= grown <= high + slack:
            self.differences.append(f"{show(series)}: theirs grew by {low:.9g} to {high:.9g}, ours by {grown:.9g}")
        elif high <= slack:
            self.still += 1
        elif high - low <= slack:
            self.equal += 1
        else:
            self.between += 1


def show(series):
    name, labels = series
    return name + "{" + ",".join(f"{key}={text!r}" for key, text in labels) + "}"


def best_of(results):
    """The first with differences, or the one in which the fewest series moved while they were read."""
    for result in results:
        if result.differences:
            return result
    return max(results, key=lambda result: result.equal)


def main():
    pages = pathlib.Path(sys.argv[1])
    devices = dict(line.split() for line in (pages / "devices").read_text().splitlines())
    start = Round(pages / "start")
    best = best_of([Comparison(start, Round(end), devices).run() for end in sorted(pages.glob("end.*"))])
    for text in best.differences[:20]:
        print(f"  DIFFERENT {text}")
    for text in best.purpose:
        print(f"  on purpose: {text}")
    print(f"  {best.equal} series grew by the same number, {best.between} by one between two readings of theirs, "
          f"{best.still} not at all, {best.earlier} were before ours began; {best.measured} hold times that each measured by "
          f"itself; {best.last_buckets} buckets are those of +Inf; {len(best.purpose)} other differences on purpose; "
          f"{len(best.differences)} DIFFER")
    if best.differences:
        sys.exit(1)
    # Nothing that grew is no comparison: the events do not make what this counts.
    sys.exit(0 if best.equal or best.between else 2)


main()
