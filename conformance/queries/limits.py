"""What the official clients themselves cannot do when they merge the answers of partitions, by class, with the reason.

A class is told by the client's own words, or by the names of its cases where the client gives other values without a word.
A class that no case meets any more, and a named case that passes, is reported.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    client: str
    title: str
    reason: str
    says: str = ""
    cases: tuple = ()

    def covers(self, client, merging, name, problem):
        if client != self.client or merging != "client":
            return False
        return name in self.cases or bool(self.says and re.search(self.says, problem))


def mixed(*numbers):
    return tuple(f"ms-dotnet-aggregate-mixed#{number}" for number in numbers)


LIMITS = [
    Limit("python", "GROUP BY, several or unnamed aggregates, MAKELIST, MAKESET",
          "the client does not declare these features, so there is no plan for it",
          says=r"^400: .*unsupported features.*\n?(.*\n)*.*Query contained (GroupBy|NonValueAggregate|ListAndSetAggregate|MultipleAggregates)"),
    Limit("python", "aggregates over mixed types",
          "a partition whose part is undefined is left out, a part that is null counts as not there, and undefined is given as null",
          cases=mixed(0, 1, 3, 4, 11, 18, 24, 25, 26, 27, 58, 59, 60, 61)
          + ("ms-dotnet-undefined#4", "ms-sdk-aggregates#1", "ms-sdk-aggregates#2", "ms-sdk-aggregates#5", "vercel-cosmosdb-query#0", "vercel-cosmosdb-query#5")),
    Limit("python", "ORDER BY arrays, objects or mixed types",
          "the client compares primitive values of one type",
          says=r"TypeError: unknown type|ValueError: Expected \w+, but got \w+\."),
    Limit("python", "vector and hybrid search without TOP or LIMIT, or beyond 1,000",
          "the client refuses what it would have to hold in memory",
          says=r"search query (without TOP or LIMIT|with more items than the max)"),
    Limit("javascript", "vector and hybrid search without TOP or LIMIT",
          "the client refuses what it would have to hold in memory",
          says="search query without TOP or LIMIT"),
    Limit("javascript", "hybrid search over no items",
          "the client takes statistics of no documents for an error",
          says="GlobalStats validation failed"),
    Limit("javascript", "ORDER BY arrays, objects, null or mixed types",
          "the client compares primitive values of one type, and takes null for an object",
          says="unrecognizable type object|order-by queries on mixed types"),
    Limit("javascript", "MIN and MAX over arrays and objects",
          "the client cannot compare them",
          says="Tried to compare an object type", cases=mixed(58, 60)),
    Limit("javascript", "MAKESET of objects",
          "equal objects of two partitions stay two", cases=mixed(52)),
    Limit("javascript", "SUM over mixed types in a column",
          "a partition whose part is undefined is left out", cases=("ms-dotnet-undefined#5",)),
    Limit("javascript", "DISTINCT rows that are 0, false or empty",
          "the client drops them", cases=("ms-sdk-distinct#2",)),
    *(Limit(client, "items of equal scores in a full-text search",
            "the recording has them in the order of resource ids of another account", cases=("ms-client-engine-hybrid#0",))
      for client in ("python", "javascript")),
]


def limit_of(client, merging, name, problem):
    return next((limit for limit in LIMITS if limit.covers(client, merging, name, problem)), None)
