#!/usr/bin/env python3
"""Makes the load-ready CSV files beside this script from the data sets in origin/.

The files have a header of column names of the CDF tables that they are for, so that psql loads each with one \\copy. They are part of the
repository; run this again only after a change here.
"""

import csv
import json
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).parent
ORIGIN = HERE / "origin"


def write(name, header, rows):
    with open(HERE / name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        count = 0
        for row in rows:
            writer.writerow(row)
            count += 1
    print(f"{name}: {count} rows")


def metadata(values):
    """A CDF metadata object: strings to strings, without what is not known."""
    return json.dumps({key: str(value) for key, value in values.items() if value is not None}, ensure_ascii=False)


def utc(milliseconds):
    time = datetime.fromtimestamp(milliseconds // 1000, timezone.utc)
    return time.strftime("%Y-%m-%dT%H:%M:%S") + f".{milliseconds % 1000:03d}Z"


def airports():
    with open(ORIGIN / "airports.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield [
                f"airport:{row['iata']}",
                row["name"],
                f"Airport in {row['city']}, {row['state']}, {row['country']}",
                "US Bureau of Transportation Statistics",
                metadata({key: row[key] for key in ("iata", "city", "state", "country", "latitude", "longitude")}),
            ]


def earthquakes():
    document = json.loads((ORIGIN / "earthquakes.json").read_text(encoding="utf-8"))
    for feature in document["features"]:
        quake = feature["properties"]
        longitude, latitude, depth = feature["geometry"]["coordinates"]
        yield [
            f"quake:{feature['id']}",
            utc(quake["time"]),
            quake["type"],
            quake["magType"],
            quake["title"],
            f"US Geological Survey, network {quake['net']}",
            metadata({
                "magnitude": quake["mag"],
                "place": quake["place"],
                "longitude": longitude,
                "latitude": latitude,
                "depth_km": depth,
                "felt": quake["felt"],
                "tsunami": quake["tsunami"],
                "significance": quake["sig"],
                "status": quake["status"],
                "url": quake["url"],
            }),
        ]


MEASURES = [
    # column of the data set, unit, description
    ("precipitation", "mm", "Precipitation per day"),
    ("temp_max", "°C", "Highest temperature of the day"),
    ("temp_min", "°C", "Lowest temperature of the day"),
    ("wind", "m/s", "Average wind speed of the day"),
]


def weather():
    with open(ORIGIN / "seattle-weather.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def series():
    for column, unit, description in MEASURES:
        yield [f"seattle:{column}", f"Seattle {column}", "false", unit, description, metadata({"station": "Seattle"})]
    yield ["seattle:weather", "Seattle weather", "true", None, "Weather of the day in a word", metadata({"station": "Seattle"})]


def numbers():
    for column, *_ in MEASURES:
        for day in weather():
            yield [f"seattle:{column}", f"{day['date']}T00:00:00Z", day[column]]


def words():
    for day in weather():
        yield ["seattle:weather", f"{day['date']}T00:00:00Z", day["weather"]]


def flights():
    for number, flight in enumerate(json.loads((ORIGIN / "flights-5k.json").read_text(encoding="utf-8")), start=1):
        day, time = flight["date"].split(" ")
        yield [
            f"flight-{number:04d}",
            f"{day.replace('/', '-')}T{time}:00Z",
            flight["origin"],
            flight["destination"],
            flight["distance"],
            flight["delay"],
        ]


if __name__ == "__main__":
    write("airports.csv", ["external_id", "name", "description", "source", "metadata"], airports())
    write("earthquakes.csv", ["external_id", "start_time", "type", "subtype", "description", "source", "metadata"], earthquakes())
    write("weather-series.csv", ["external_id", "name", "is_string", "unit", "description", "metadata"], series())
    write("weather-numbers.csv", ["external_id", "timestamp", "value"], numbers())
    write("weather-words.csv", ["external_id", "timestamp", "value"], words())
    write("flights.csv", ["flight", "scheduled_at", "origin", "destination", "distance_miles", "delay_minutes"], flights())
