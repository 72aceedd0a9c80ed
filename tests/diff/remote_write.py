"""Remote write 1.0 requests by hand: protobuf fields in a snappy stream of literals."""
import struct
import urllib.request

from histograms import STALE_BITS, Histogram
from series import STALE, STEP_SECONDS

NAN_BITS = 0x7FF8000000000001


def _varint(n):
    out = bytearray()
    n &= (1 << 64) - 1
    while True:
        byte = n & 0x7F
        n >>= 7
        if n == 0:
            out.append(byte)
            return bytes(out)
        out.append(byte | 0x80)


def _field(number, payload):
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _value(v):
    if v is STALE:
        return struct.pack("<Q", STALE_BITS)
    if v != v:
        return struct.pack("<Q", NAN_BITS)
    return struct.pack("<d", v)


def _series(labels, samples, is_native):
    """`is_native`: stale markers are histograms, too."""
    body = b""
    for name, value in sorted(labels.items()):
        body += _field(1, _field(1, name.encode()) + _field(2, value.encode()))
    for t, v in samples:
        if isinstance(v, Histogram) or (is_native and v is STALE):
            h = Histogram() if v is STALE else v
            body += _field(4, h.message(t, _varint, _field, stale=v is STALE))
            continue
        sample = _varint(1 << 3 | 1) + _value(v) + _varint(2 << 3) + _varint(t)
        body += _field(2, sample)
    return _field(1, body)


def _snappy(data):
    out = bytearray(_varint(len(data)))
    for i in range(0, len(data), 65536):
        piece = data[i:i + 65536]
        out += bytes([61 << 2]) + struct.pack("<H", len(piece) - 1) + piece
    return bytes(out)


def _in_label_order(series):
    """Sorted, and all there from the start: a store that keeps series in the order of their birth
    then has them in the order of their labels. A stale marker before the first sample says nothing.
    """
    ordered = sorted(series, key=lambda one: sorted(one[0].items()))
    return [(labels, [STALE if points[0] is None else points[0]] + points[1:])
            for labels, points in ordered]


def _kinds(points):
    return {isinstance(p, Histogram) for p in points if p is not None and p is not STALE}


def send(base_url, series):
    """Writes all samples in time order. Of the series in one request Prometheus stores the floats
    first, and then refuses histograms that are older: those that have both go step by step."""
    series = _in_label_order(series)
    pure = [one for one in series if len(_kinds(one[1])) < 2]
    mixed = [one for one in series if len(_kinds(one[1])) == 2]
    _send(base_url, pure, steps_per_request=40)
    _send(base_url, mixed, steps_per_request=1)


def _send(base_url, series, steps_per_request):
    steps = max(len(points) for _, points in series)
    for start in range(0, steps, steps_per_request):
        body = b""
        for labels, points in series:
            samples = [((start + i) * STEP_SECONDS * 1000, p)
                       for i, p in enumerate(points[start:start + steps_per_request])
                       if p is not None]
            if samples:
                body += _series(labels, samples, _kinds(points) == {True})
        request = urllib.request.Request(
            base_url + "/api/v1/write", data=_snappy(body), method="POST",
            headers={"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
                     "X-Prometheus-Remote-Write-Version": "0.1.0"})
        with urllib.request.urlopen(request, timeout=30) as response:
            response.read()
