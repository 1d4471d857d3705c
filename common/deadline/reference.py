#!/usr/bin/env python3
"""Computes deadlines for random instants by another way than common/deadline: Python's zoneinfo for the
zones, its datetime for the calendar, Gauss's rule for Easter, the law's list of days written out once more.

    reference.py COUNT SEED

One line for each instant, tab-separated: zone, country, seconds since 1970, hours, target and outer end of
the hours in seconds since 1970, months, target day, outer day, and the ends of those days in seconds.
"""

import calendar
import random
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = {"SE": ZoneInfo("Europe/Stockholm"), "DK": ZoneInfo("Europe/Copenhagen")}
HOUR = 3600


def easter(year):
    """Gauss, with the corrections for the full moons that would come too late."""
    century = year // 100
    correction = (15 + century - century // 4 - (13 + 8 * century) // 25) % 30
    moon = (19 * (year % 19) + correction) % 30
    sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 4 + century - century // 4) % 7
    if sunday == 6 and (moon == 29 or (moon == 28 and (11 * correction + 11) % 30 < 19)):
        sunday = -1
    return date(year, 3, 22) + timedelta(days=moon + sunday)


def closed_days(country, year):
    sunday = easter(year)
    moving = {"SE": [-2, 0, 1, 39, 49], "DK": [-3, -2, 0, 1, 39, 49, 50]}[country]
    fixed = {
        "SE": [(1, 1), (1, 6), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)],
        "DK": [(1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)],
    }[country]
    days = {sunday + timedelta(days=offset) for offset in moving} | {date(year, month, day) for month, day in fixed}
    if country == "SE":
        days.add(date(year, 6, 6) if year >= 2005 else sunday + timedelta(days=50))
        midsummer = next(date(year, 6, day) for day in range(20, 27) if date(year, 6, day).isoweekday() == 6)
        days |= {midsummer, midsummer - timedelta(days=1)}
    elif year < 2024:
        days.add(sunday + timedelta(days=26))
    return days


def open_day(country, day):
    while day.isoweekday() > 5 or day in closed_days(country, day.year):
        day += timedelta(days=1)
    return day


def begin_of(day, zone):
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def months_later(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def changes(zone):
    """The instants at which the clocks are turned, as seconds."""
    found, moment = [], datetime(1996, 1, 1, tzinfo=timezone.utc)
    while moment.year < 2090:
        following = moment + timedelta(hours=24)
        if moment.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            hour = next(h for h in range(1, 25) if (moment + timedelta(hours=h)).astimezone(zone).utcoffset() != moment.astimezone(zone).utcoffset())
            found.append(int((moment + timedelta(hours=hour)).timestamp()))
        moment = following
    return found


def main():
    count, rng = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    turned = {country: changes(zone) for country, zone in ZONES.items()}
    first, last = int(datetime(1996, 1, 1, tzinfo=timezone.utc).timestamp()), int(datetime(2090, 1, 1, tzinfo=timezone.utc).timestamp())
    lines = []
    for number in range(count):
        country = rng.choice(("SE", "DK"))
        zone = ZONES[country]
        # Each fifth lies where clocks are turned, within the longest usual term before; each twentieth on a full hour.
        aware = rng.choice(turned[country]) - rng.randrange(-3 * HOUR, 73 * HOUR) if number % 5 == 0 else rng.randrange(first, last)
        if number % 20 == 0:
            aware -= aware % HOUR
        hours, months = rng.choice((6, 24, 72, 96, rng.randint(1, 8760))), rng.choice((1, 1, 1, rng.randint(1, 24)))
        moment = datetime.fromtimestamp(aware, timezone.utc)
        local = moment.astimezone(zone)
        following = moment + timedelta(minutes=60 - local.minute, seconds=-local.second)
        nominal = months_later(local.date(), months)
        outer = open_day(country, nominal)
        lines.append("\t".join(map(str, (
            zone.key, country, aware,
            hours, int((moment + timedelta(hours=hours)).timestamp()), int((following + timedelta(hours=hours)).timestamp()),
            months, nominal, outer, begin_of(nominal + timedelta(days=1), zone), begin_of(outer + timedelta(days=1), zone)))))
    sys.stdout.write("\n".join(lines) + "\n")


main()
