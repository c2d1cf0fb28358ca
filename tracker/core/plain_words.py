"""Words of plain English, for texts in which names are looked for. Data; folded as `names.fold_name` folds."""

_ALSO_NAMES = """
    amber angel april art ash august autumn baker bill bishop black bond brown bush butler carter chance chase clay
    cliff cook cross daisy dale dawn day dean destiny drew eve faith felicity field flora ford fox frank gene glen
    gold good grace gray green grey guy hall harmony heath heather hill holiday holly hope hunter iris ivy jack
    jasmine jet joy june king lane law little long lord love lily marsh mark marks may melody mercy miles miller
    moss nick north olive page park parks pat patience pearl penny pool poppy potter power price prince rain ray
    read reed rice rich river rivers rob robin rose ruby sandy sergeant serenity sharp shepherd short skip sky small
    snow spring star stone storm street sue summer swan taylor trinity turner victor violet walker wall ward waters
    webb wells west white will willow wise wolf wood woods young
"""
ALSO_NAMES = frozenset(_ALSO_NAMES.split())
"""Names that are words of plain English too."""

_FUNCTION = """
    a about above after again against all almost along already also although always am among an and another any anybody
    anyone anything are around as at away back be because become been before began begin being below beside best better
    between beyond both but by can cannot cant come could did didnt do does doesnt doing done dont down during each
    either else enough even ever every everybody everyone everything except far few first five for four from further
    get give given go goes going gone got had half has hasnt have havent having he hed hell help her here hers herself
    hes him himself his how however i id if ill im in including indeed instead into is isnt it its itself ive just keep
    kept last late later least less let like likely look made make many me mean means meanwhile might mine more most
    much must my myself near need needs neither never next no nobody none nor not nothing now nowhere of off often old
    on once one only onto or other others otherwise our ours out over own part per perhaps please put quite rather
    really said same say says second see seem seems seen several shall she shed shell shes should since six so some
    somebody someone something sometimes soon still such take taken ten than that thats the their theirs them then
    there therefore these they theyll theyre theyve thing things third this those though three through thus to today
    together told tomorrow too took towards two under unless until up upon us use used usual usually very want wants
    was wasnt we well went were weve what whatever when whenever where whereas wherever whether which while who whoever
    whole whom whose why with within without would year years yes yesterday yet you your yours
"""
_WORK = """
    absence absent abuse accepted according act action actions activities adult adults advice afternoon age agency
    agencies agenda agree agreed alcohol alert allocated answer appointment arranged arrest arrested ask asked assess
    assessed assessment at-risk aunt authority aware bail behaviour bedroom birthday board boundary boy boyfriend
    boys breach bring brother brothers bus business call called camhs car care carer carers case cases centre chair
    change changed changes check checked chief child children childrens church city class clinic close closed coach
    college committee community complex concern concerns conference confirmed contact contacted contextual continue
    continues council county court cousin crime criminal cse cce current currently curfew custody dad daily
    danger dangers date dates decide decided decision decisions deputy diary director discuss discussed discussion
    disclosed district doctor drug drugs duty early education ehcp email emergency emotional end ended engage engaged
    engaging episode episodes escalate evening event evidence exclusion exploitation explain explained family father
    feel feels feeling female fire flag flat follow followed following food foster found friend friends fostering
    gang gangs girl girlfriend girls gp grandfather grandmother grandparent grandparents group groups grooming guardian
    harm head headteacher health hear heard held high hold home homes hospital hotel house housing hub identified
    impact incident incidents independent information inform informed intelligence internet interview interviewed
    interviewer interviews invite invited involved iro issue issues join joined judge keyworker keeping kind
    known lac lado lead leaving left legal length letter level levels likelihood link linked list lives living local
    long-term looked low mace male manager maramp mash meet meeting meetings medium member members mental message met
    midday midnight minutes missing mobile money month monthly months morning mother mum multi-agency named national
    neighbour network new news nhs night nights note noted notes notice nrm nurse nursing offer offered office officer
    online open opened operation operational outcome outreach overdue overnight parent parents partner partners pattern
    patterns peer peers people period person phone photo physical place placed placement plan planned plans police
    positive possible present previous previously probation problem professional professionals progress project
    protection provide provided proposed psychologist pupil push question raised ran rang reason reasons receive
    received recent recently record recorded refer referral referred regular regularly relationship remain remains
    repeat report reported reports request requested residential respite response responsible return returned returns
    review reviewed reviews rhi ring ring rings risk risks road room routine running safe safeguarding safety
    school section sen senco senior service services session set sexual share shared sharing sibling siblings sign signs
    sister sisters sleep social somewhere son speak spoke spoken staff staying stay stayed step steps stepfather
    stepmother stop stopped strategy strengths strong substance suffers support supported supporting survey talk talked
    task taxi teacher team teams telephone term test text therapist therapy think thinks thought threat threats time
    times town trained trafficking train training travel travelled trigger triggers trust try tried uncle unit update
    updated urgent vehicle victims view views violence visit visited visits voice waiting week weekend weekly weeks
    welfare will wish wishes wishing work worker workers working works worried worry worries write written wrote
    yjs yot youth arrange consider fetch sit settle settled attend attended attends bullying came comes dreads gifts
    grief knew knows likes loves mechanism noticed reads sent wake bought buy leave leaves bag bed bike bank
"""
_CALENDAR = """
    mondays tuesdays wednesdays thursdays fridays saturdays sundays weekends mornings afternoons evenings
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january
    february march april may june july august september october november december jan feb mar apr jun jul aug sep sept
    oct nov dec christmas easter bst gmt
"""
_TITLES = "mr mrs ms miss mx dr sir dame prof rev pc dc ds di dci pcso dsl sw tm"
_AROUND = "nan nana gran grandad grandpa granny mummy daddy stepdad stepmum auntie aunty mother-in-law parents"
_AGENCIES = "nspcc barnardos ofsted ico cps cafcass dols mappa marac prevent adhd asd uk england english british"

COMMON = frozenset(f"{_FUNCTION}{_WORK}{_CALENDAR}{_TITLES} {_AROUND} {_AGENCIES}".split()) | frozenset(
    part
    for word in ("at-risk", "multi-agency", "long-term", "mother-in-law")
    for part in word.split("-")
)  # fmt: skip
"""Words that are hardly ever somebody's name, of English and of the group's own work."""
