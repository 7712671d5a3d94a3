"""Shop time: what a caller gives becomes one naive moment."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.clock import shop_time
from assist.errors import InputError

SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        (date(2026, 11, 20), datetime(2026, 11, 20)),
        ("2026-11-20", datetime(2026, 11, 20)),
        (" 2026-11-20T14:30:00 ", datetime(2026, 11, 20, 14, 30)),
        ("2026-11-20T06:30:00Z", datetime(2026, 11, 20, 14, 30)),
        ("2026-11-20T06:30:00+00:00", datetime(2026, 11, 20, 14, 30)),
        (datetime(2026, 11, 20, 6, tzinfo=timezone.utc), datetime(2026, 11, 20, 14)),
    ],
)
def test_dates_strings_and_zones_become_shop_time(given, moment):
    assert shop_time(given, SHANGHAI) == moment
    assert shop_time(given, SHANGHAI).tzinfo is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 14))
def test_a_zone_is_converted_by_its_offset_and_a_naive_moment_stays(moment, hours):
    zoned = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert shop_time(zoned, SHANGHAI) == moment + timedelta(hours=8 - hours)
    assert shop_time(moment, SHANGHAI) == moment
    assert shop_time(moment.isoformat(), SHANGHAI) == moment


def test_none_is_now_in_the_shops_zone():
    here, there = shop_time(None, SHANGHAI), shop_time(None, "UTC")
    assert abs((here - there) - timedelta(hours=8)) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "20/11/2026", "昨天"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(InputError, match="ISO"):
        shop_time(text, SHANGHAI)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc"])
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(InputError, match="time zone"):
        shop_time(None, zone)
