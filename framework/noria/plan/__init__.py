"""What a run would do: facts in, verdicts out; pure, and of no use of the rest of the house."""

from noria.plan.decide import Facts, Plan, Verdict, decide, judge
from noria.plan.facts import Job, Lying, Recorded
from noria.plan.key import Parts, key_of

__all__ = [
    "Facts",
    "Job",
    "Lying",
    "Parts",
    "Plan",
    "Recorded",
    "Verdict",
    "decide",
    "judge",
    "key_of",
]
