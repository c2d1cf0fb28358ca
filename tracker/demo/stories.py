"""What children told, invented: ten conversations as an interviewer might write them up. No real people or places.

Each answers the questions of the shipped form by their codes. Words are the child's only in `own_words`.
"""

from dataclasses import dataclass
from typing import Any

Answers = dict[str, dict[str, Any]]
"""Section → question → text, code or list of codes."""


@dataclass(frozen=True)
class Deed:
    """Something to be done: `days` from the write-up, by the interviewer or by somebody else."""

    what: str
    days: int
    owner: str | None = None
    asked_by_child: bool = False
    outcome: str = "Done as agreed."


@dataclass(frozen=True)
class Story:
    answers: Answers
    deeds: tuple[Deed, ...] = ()
    for_police: str = ""


_NO_SIGNS = dict.fromkeys(("sexual", "criminal", "trafficking", "radicalisation", "forced_marriage", "fgm"), "no")


def _story(
    *, happened: str, push: list[str], pull: list[str], places: str, with_whom: str, words: str, help_now: str,
    carer: str, view: str, risk: str, plan: str, told: str = "", travel: list[str] | None = None,
    way_home: str = "by_themselves", slept: list[str] | None = None, signs: dict[str, str] | None = None,
    harm: dict[str, Any] | None = None, given: list[str] | None = None, strengths: str = "", trusted: str = "",
    more: Answers | None = None, deeds: tuple[Deed, ...] = (), for_police: str = "",
) -> Story:  # fmt: skip
    answers: Answers = {
        "circumstances": {"what_happened": happened, "who_was_told": told},
        "reasons": {"push": push, "pull": pull},
        "whereabouts": {
            "places": places, "with_whom": with_whom, "slept": slept or ["not_overnight"], "travel": travel or ["foot"],
            "way_home": way_home,
        },
        "harm": harm or {"harm_before": "no", "harm_while": "no"},
        "exploitation": _NO_SIGNS | (signs or {}),
        "own_words": {"words": words, "how_said": "Spoke."},
        "would_help": {"help_now": help_now, "trusted": trusted},
        "carer": {"account": carer},
        "safety": {"given": given or ["missing_people", "childline", "safe_place"], "plan": plan},
        "analysis": {"view": view, "strengths": strengths, "risk_level": risk},
    }  # fmt: skip
    return Story({**answers, **(more or {})}, deeds, for_police)


STORIES = (
    _story(
        happened="There was an argument about the phone at tea time. The child put their coat on and left by the front "
        "door, meaning to cool down. It grew dark, and going back felt harder with every hour.",
        told="Sent a message to a friend: am out, all fine.",
        push=["family_conflict", "boundaries"], pull=["freedom"],
        places="Walked along the canal, then sat in the bus shelter by the shops until it closed.",
        with_whom="Alone. A woman from the chip shop asked twice whether all was well.",
        words="I was not running away. I was walking until I could breathe again. I did not know how to come back in "
        "without it starting again.",
        help_now="A way to come home without having to talk about it that same evening.",
        carer="Noticed at ten and rang round. Says that both had shouted and that they are sorry for it.",
        view="The argument was about more than the phone: both are tired, and there is no way out of a quarrel once it "
        "has begun. A few agreed words would go a long way.",
        strengths="Came back by themselves, answered messages, and is fond of the stepfather.",
        trusted="An aunt, and the form tutor.",
        risk="low", plan="A code word by text: it means, I am safe, I am coming, please no questions tonight.",
        deeds=(
            Deed("Sit down with both to agree on the code word and on an hour for the phone.", 7, asked_by_child=True,
                 outcome="Both agreed; the word is in use and was used once."),
        ),
    ),
    _story(
        happened="After family time was cut short the child did not get back into the car, and took the bus to the "
        "town where they used to live.",
        told="Told a cousin where they were going.",
        push=["contact_stopped", "placement_far"], pull=["former_home", "family"],
        places="The estate where they grew up, then a cousin's kitchen.",
        with_whom="A cousin of nineteen and her mother, known to the social worker.",
        travel=["bus"], slept=["family"], way_home="worker",
        words="Everybody says one hour, one hour. My brother grows up in one hours. I wanted to see his new bed.",
        help_now="To see their brother for a whole afternoon, and to know the date of the next time before leaving.",
        carer="The home says the child was quiet before the visit and had packed a picture for their brother.",
        view="This was a journey to somebody and not away from anything. It will happen again while family time is "
        "short and its next date unknown.",
        strengths="Plans well, tells a safe person, and keeps in touch.",
        trusted="The key worker on nights.",
        risk="medium", plan="To ring the key worker before taking the bus; the home will say yes to a lift if it can.",
        deeds=(
            Deed("Ask the social worker for longer family time and for dates three months ahead.", 10,
                 "The child's social worker", True, "Two hours every fortnight agreed; dates given in writing."),
            Deed("Write down with the child what to pack for their brother's birthday.", 14),
        ),
    ),
    _story(
        happened="Was to stay with a friend and went on to a party. The last bus had gone and the phone was flat.",
        push=["none_named"], pull=["friends", "party"],
        places="A house on the far side of town, then the friend's sofa.",
        with_whom="Four from the same year at school and two older brothers of one of them.",
        travel=["foot", "lift_known"], slept=["friend_same_age"], way_home="family",
        words="It was a good night until it was not. I did not ring because I thought I would be in trouble and then "
        "I was in more trouble.",
        help_now="To be able to ring at any hour and be fetched, and to talk about it the next day.",
        carer="Was frightened. Would rather fetch at three in the morning than not know.",
        view="An evening that ran away with them. The worry about being told off kept the child from ringing.",
        strengths="A close family, good friends, looks after others.", trusted="Mum, really.",
        risk="very_low", plan="Ring, be fetched, talk tomorrow. A power bank goes into the bag.",
    ),
    _story(
        happened="Left by the window after staff had looked in at midnight, and was back at six. It was the third time "
        "in a month, each time after a message on the second phone.",
        push=["placement", "isolation"], pull=["relationship", "gifts"],
        places="Did not wish to say. A flat above a shop is all that was named.",
        with_whom="Somebody called by a nickname, who is older, and two girls whom the child did not know.",
        travel=["collected", "lift_not_known"], slept=["did_not_sleep"], way_home="other",
        words="He is the only one who asks how my day was. He gets me things. It is not like you think.",
        help_now="Not to be moved again. To keep the phone.",
        carer="The home noted the car twice and has given the police the colour and part of the number.",
        signs={"sexual": "possible", "sexual_more": "Gifts, a second phone, collected at night by somebody older.",
               "criminal": "possible"},
        harm={"harm_before": "not_discussed", "harm_while": "possible",
              "harm_while_more": "A bruise on the wrist; the child did not wish to speak of it."},
        given=["missing_people", "childline", "ceop", "emergency", "worker_number"],
        view="Somebody is drawing this child in, with kindness first. None of it is the child's doing. What holds them "
        "there is what is missing here: somebody who asks how the day was.",
        strengths="Comes back each time, and talks a little more each time.", trusted="The cook at the home.",
        risk="high", plan="999, or 55 where it is not safe to speak. The cook's shift plan is on the fridge.",
        more={"online": {"phone": "yes", "phone_more": "Two; the second was given to the child.",
                         "online_contact": "yes", "images": "not_discussed"}},
        deeds=(
            Deed("Ask for an exploitation strategy meeting, with the home and the police.", 2,
                 "The child's social worker", outcome="Asked for the same day; held two days later."),
            Deed("Meet weekly for a walk; no form, no questions.", 7, asked_by_child=True,
                 outcome="First walk held; the child chose the way."),
        ),
        for_police="A silver hatchback collects at night; a nickname; a flat above a shop. A second phone was given to "
        "the child. The child does not know that the car was noted.",
    ),
    _story(
        happened="Left school at dinner time after something was posted about them, and walked until evening.",
        push=["bullying", "school"], pull=["none_named"],
        places="The woods behind the playing field, then the library until it closed.",
        with_whom="Alone.", words="I could not walk past those windows one more time.",
        help_now="For the post to be gone, and a door to go in by that is not the main one.",
        carer="Had no idea of it. School rang at two.", risk="medium",
        view="Bullying that followed the child home by phone. Leaving was a way to stop hearing it.",
        strengths="Reads, draws, has a friend in the year above.", trusted="The librarian.",
        plan="To go to the library's back room and text home one letter.",
        given=["missing_people", "childline", "report_remove", "safe_place"],
        more={
            "education": {"attends": "full_time", "school_view": "Likes art. Dreads the corridor at noon."},
            "online": {"phone": "yes", "online_contact": "no", "images": "no"},
        },
        deeds=(
            Deed("Ask school for a named person, another door and five minutes' head start.", 5, "Head of year", True,
                 "Agreed with the head of year; the child has a card to show."),
            Deed("Help the child to report the post.", 3, asked_by_child=True, outcome="Reported; it was taken down."),
        ),
    ),
    _story(
        happened="Went with friends by train to the coast without saying, because the answer would have been no.",
        push=["boundaries"], pull=["friends", "freedom"],
        places="The beach, an arcade, and the station when the trains stopped.",
        with_whom="Two friends of the same age.", travel=["train"], slept=["public_building"], way_home="police",
        words="It was the best day this year and then it was the coldest night.",
        help_now="To be asked what they would like to do, now and then, before it is a no.",
        carer="The foster carer would have driven them.",
        view="A day out that nobody had been asked about. Three young people who looked after one another.",
        strengths="Stayed together, spoke to station staff, told the truth at once.", trusted="The foster carer's son.",
        risk="low", plan="Ask first, with a plan and a time; the carer says yes where she can.",
        deeds=(Deed("Plan a day at the coast with the carer.", 20, "Foster carer", True, "Went; it rained."),),
    ),
    _story(
        happened="Was collected after college by people they owe, and kept until the next day.",
        push=["fear"], pull=["debt", "coercion"],
        places="A car for most of it, then a house in another town.",
        with_whom="Two men, known by first names only.", travel=["lift_not_known"], slept=["adult_not_known"],
        way_home="police",
        words="They said it goes up every day. They know where my nan lives. Please do not write her address.",
        help_now="For Nan to be safe. To be somewhere they do not know.",
        carer="Found a bag in the wardrobe a week before and did not dare to ask.",
        signs={"criminal": "yes", "criminal_more": "A debt that grows, another town, a bag to keep.",
               "trafficking": "possible", "trafficking_more": "Taken to another town and kept there."},
        harm={"harm_before": "yes", "harm_before_more": "Threats against the family.", "harm_while": "yes",
              "harm_kinds": ["emotional", "weapon"], "harm_told": "Police and the emergency duty team the same night."},
        given=["emergency", "childline", "fearless", "worker_number"],
        view="This child is being made to do it. They are the one harmed here, and were brave to say so.",
        strengths="Told somebody. Loves Nan. Wants to finish college.", trusted="Nan, and the college mentor.",
        risk="high", plan="Not to be out alone this week. The mentor walks them to the bus.",
        deeds=(
            Deed("Consider a referral to the National Referral Mechanism today.", 1, "The child's social worker",
                 outcome="Referred; a decision is awaited."),
            Deed("Ask what can be done for Nan's door and her telephone.", 3, "Neighbourhood officer", True,
                 "A new lock and a marker on the address."),
            Deed("Speak with college about other hours.", 8, outcome="Earlier hours agreed until the summer."),
        ),
        for_police="Two first names, a dark van, a house in another town with a green door. Threats against a "
        "relative. The child asks that the relative's address is not passed on in writing.",
    ),
    _story(
        happened="Moved to the placement on Friday, and left on Saturday to fetch what had been left behind.",
        push=["placement", "isolation"], pull=["former_home"],
        places="The former foster carer's street; nobody was in.",
        with_whom="Alone, then the neighbour, who rang.", travel=["bus", "foot"], way_home="worker",
        words="My blue bag was still there. It has got everything in it. Nobody asked me what I needed to bring.",
        help_now="The blue bag, and to say goodbye properly.",
        carer="The new carer would have gone with them, had she known.",
        view="A move made too fast. The child went to fetch their things, and a goodbye.",
        strengths="Knew the way, asked a neighbour, waited.", trusted="The former carer.",
        risk="low", plan="What is missing is written on the list by the door; somebody fetches it within a day.",
        deeds=(
            Deed("Fetch the blue bag.", 1, asked_by_child=True, outcome="Fetched the same evening."),
            Deed("Arrange tea with the former carer, to say goodbye.", 12, "Supervising social worker", True,
                 "Tea was had. They will write."),
        ),
    ),
    _story(
        happened="Could not sleep, went out at four to be by the water, and lost track of the time.",
        push=["own_mental_health", "bereavement"], pull=["none_named"],
        places="The harbour wall.", with_whom="Alone. A fisherman sat with them and rang.", way_home="police",
        words="It is quieter out there than in my head. I was not going to do anything. I think.",
        help_now="Somebody to talk to at night who does not panic.",
        carer="It is a year this week since Grandad died. Nobody had said it aloud.",
        harm={"harm_before": "possible", "harm_before_more": "Low, not sleeping, a year after a loss.",
              "harm_while": "no", "harm_kinds": ["self_harm"],
              "harm_told": "The carer rang the crisis line with the child."},
        given=["childline", "samaritans", "emergency", "safe_place"],
        more={"health": {"injury": "no", "needs_seen": ["mental_health"], "feelings": "Sleeps and eats little."}},
        view="Grief that had no place to go. The child was found because somebody was kind and stayed.",
        strengths="Let the stranger sit down. Said yes to help.", trusted="The uncle with the boat.",
        risk="medium", plan="Wake the carer, whatever the hour. The light on the landing stays on.",
        deeds=(
            Deed("Ask for an early appointment for the child's mental health.", 2, "School nurse",
                 outcome="Seen within the week."),
            Deed("Go to the harbour together, in daylight, with the uncle.", 9, asked_by_child=True,
                 outcome="Went on Sunday; it helped."),
        ),
    ),
    _story(
        happened="Did not come back from a birthday at the agreed time and switched the phone off.",
        push=["isolation"], pull=["relationship", "party"],
        places="A friend's house, then a walk through the park.",
        with_whom="A girlfriend of the same age, whom the home has not met.", travel=["foot"], way_home="by_themselves",
        words="If I say her name everybody wants a meeting about it. I just want it to be mine for a bit.",
        help_now="For the girlfriend to come to tea like anybody's girlfriend.",
        carer="The home would be glad to meet her, and had wondered.",
        view="A young person in love, whose life is written down more than others' are.",
        strengths="Thoughtful, honest once it was safe to be.", trusted="The deputy manager.",
        risk="very_low", plan="A text at the agreed hour, with a new hour in it if need be.",
        given=["missing_people", "safe_place", "worker_number"],
        deeds=(Deed("Invite her to tea.", 6, "Deputy manager of the home", True, "She came. Lasagne."),),
    ),
)  # fmt: skip

DECLINED_NOTE = "Looked at with the interviewer: the child was asked kindly, and knows how to come back to us."

RETURNED_COMMENTS = (
    "Thank you, this is warmly written. Please say more about what keeps the child safe, and who will tell them what "
    "became of their wish.",
    "Please look at the risk level again beside what is written under harm, and give your reasons.",
    "A good conversation. Please put what is your own view under the analysis, so that the child's words stand alone.",
)
APPROVED_COMMENTS = (
    "Clear, kind and complete. Thank you.",
    "The child would know themselves in this. Thank you.",
    None,
    None,
)
AMENDED = " Looked at again with the manager: the child will be told in person what became of what they asked for."

POLICE_OUTCOMES = (
    "Added to what is known of the address; a patrol looks in.",
    "Passed to the exploitation team, who thank the child.",
)
