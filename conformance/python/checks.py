"""Checks of an account: one function each, run one after the other, each reported by its name."""

import sys


class Checks:
    """Collects the functions that it decorates, and runs them."""

    def __init__(self):
        self.functions = []

    def __call__(self, function):
        self.functions.append(function)
        return function

    def run(self, world, before_each=lambda: None):
        """Ends the program: with 1 when a check has failed. The last line counts them."""
        failed = 0
        for function in self.functions:
            name = function.__name__.replace("_", " ")
            before_each()
            try:
                function(world)
                print(f"  ok      {name}")
            except Exception as problem:  # each check reports for itself; the others still run
                failed += 1
                print(f"  FAILED  {name}: {type(problem).__name__}: {problem}")
        before_each()
        world.close()
        print(f"{len(self.functions) - failed} passed, {failed} failed")
        sys.exit(1 if failed else 0)
