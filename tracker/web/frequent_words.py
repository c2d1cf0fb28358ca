"""The words that people read for the codes of the workspace of frequent runaways."""

from tracker.core.frequent import NextStep
from tracker.core.maramp import RiskBand
from tracker.core.pattern import DayMark
from tracker.core.plan_gaps import Does
from tracker.core.quality_check import Met
from tracker.core.said import SaidKind

FREQUENT_WORDS: dict[type, dict[str, str]] = {
    NextStep: {
        NextStep.REVIEW_OVERDUE: "Review the MARAMP: its day has passed",
        NextStep.PLAN_AWAITED: "Open the MARAMP that was decided on",
        NextStep.NO_PLAN: "Review the flag and decide on a MARAMP",
        NextStep.PLAN_NOT_PUBLISHED: "Finish and publish the MARAMP",
        NextStep.INTERVIEWS_UNCHECKED: "Check the quality of interviews",
        NextStep.REVIEW_SOON: "The next review is near",
        NextStep.NOTHING: "Nothing at present",
    },
    Met: {Met.YES: "Yes", Met.PARTLY: "Partly", Met.NO: "No"},
    RiskBand: {RiskBand.LOW: "Low", RiskBand.MEDIUM: "Medium", RiskBand.HIGH: "High"},
    DayMark: {
        DayMark.WENT_AND_BACK: "Went missing and was found or came back on the same day",
        DayMark.WENT: "Went missing",
        DayMark.BACK: "Was found or came back",
        DayMark.AWAY: "Missing the whole day",
    },
    SaidKind: {
        SaidKind.WISH: "What the child says would help",
        SaidKind.PUSH: "What made it hard to stay",
        SaidKind.PULL: "What drew the child elsewhere",
        SaidKind.HARM: "Harm",
        SaidKind.EXPLOITATION: "Signs of exploitation",
        SaidKind.ANALYSIS: "What the interviewers make of it",
        SaidKind.POLICE: "What the police know and were told",
    },
    Does: {Does.RISK: "Risk", Does.STEP: "Safety plan", Does.ACTION: "Action"},
}
