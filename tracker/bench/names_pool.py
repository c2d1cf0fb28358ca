"""Names as common as they are among children in England, for measurements: nobody in particular bears them.

Data, commonest first. A community: its share of children, its girls' and boys' forenames, its surnames, and how much
commoner the first is than those after it. `SAID_AS` is what people say or write for a name; it was put together apart
from `core/name_aliases.py`, so that what is measured is not what was learnt by heart.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Community:
    share: float
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    surnames: tuple[str, ...]
    head: float = 12.0
    """A rank is borne in proportion to 1 / (rank + head): the lower, the commoner the first names."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _names(text: str) -> tuple[str, ...]:
    """Names of several words."""
    return tuple(text.split("|"))


_ENGLISH_GIRLS = _words(
    "Olivia Amelia Isla Ava Emily Sophia Grace Mia Poppy Ella Lily Evie Jessica Sophie Charlotte Isabella Chloe Ruby "
    "Freya Daisy Phoebe Millie Evelyn Alice Sienna Florence Emma Lucy Holly Matilda Elsie Rosie Erin Molly Megan "
    "Amber Maisie Ellie Lola Eliza Scarlett Layla Jasmine Hannah Georgia Imogen Summer Abigail Bethany Lauren Katie "
    "Leah Zara Harriet Eleanor Lexi Paige Courtney Jade Caitlin Skye Esme Willow Ivy Penelope Thea Bella Martha Eva "
    "Maya Anna Rebecca Rose Lydia Tilly Faith Heidi Robyn Violet Darcey Amy Zoe Nicole Libby Tia Kayleigh Gabriella "
    "Victoria Madison Natalie Rachel Samantha Danielle Natasha Stephanie Jennifer Francesca Elizabeth Catherine "
    "Sarah Kelsey Demi Chelsea Shannon Keira Tegan Aimee Lacey Alexandra Miley Brooke Orla Beatrice Clara Ottilie "
    "Nancy Ada Edith Margot Aurora Hallie Mabel Nevaeh Kiera Ebony Alisha Naomi Candice Shanice Carly Hayley Leanne "
    "Gemma Kirsty"
)
_ENGLISH_BOYS = _words(
    "Oliver Jack Harry George Noah Charlie Jacob Alfie Freddie Oscar Leo Logan Archie Theo Thomas James Joshua Henry "
    "William Max Lucas Ethan Arthur Mason Isaac Harrison Teddy Finley Daniel Riley Edward Joseph Alexander Adam "
    "Reuben Dylan Samuel Sebastian Jake Toby Luke Tyler Elijah Benjamin Jude Frankie Hugo Jayden Ryan Nathan Liam "
    "Callum Connor Kai Matthew Lewis Bradley Kieran Ben Cameron Aaron Declan Jordan Reece Owen Louis Harvey Stanley "
    "Albert Tommy Blake Zachary Michael David Luca Ronnie Gabriel Bobby Ellis Louie Frederick Jamie Rhys Leon Kyle "
    "Ashton Corey Brandon Jenson Dexter Sonny Finn Robert Christopher Andrew Nicholas Anthony Stephen Jonathan "
    "Patrick Peter Dominic Marcus Elliot Rory Felix Jasper Rowan Caleb Seth Nathaniel Spencer Kaiden Kian Levi Roman "
    "Ralph Ezra Albie Vinnie Morgan Kevin Craig Scott Darren Lee Shane Dean Ricky Carl Troy Curtis Jermaine Tyrone "
    "Leroy Kane Zac Ashley"
)
_ENGLISH_SURNAMES = _words(
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts "
    "Green Hall Wood Jackson Clarke Harris Clark Turner Hill Cooper Ward Morris Moore Lee King Watson Baker Harrison "
    "Morgan Patterson Young Allen Mitchell James Anderson Phillips Lewis Bell Parker Davis Bennett Miller Cook Shaw "
    "Richardson Carter Collins Marshall Bailey Gray Cox Adams Wilkinson Foster Chapman Mason Russell Webb Rogers "
    "Hunt Mills Palmer Holmes Matthews Fisher Knight Butler Barnes Powell Stevens Jenkins Dixon Fletcher Hunter "
    "Ellis Reynolds Barker Gibson Dawson Pearson Graham Simpson Payne Lloyd Atkinson Andrews Burton Saunders Cole "
    "Spencer Hughes Edwards Thomas Martin Scott Price Griffiths Owen Stone Newman Lawson Wells Rose Harvey Booth Day "
    "Carr Field Armstrong Black Grant Porter Hudson Francis Lane Nicholson Perry Bird Dean Fox Ford West Jordan "
    "Harper Gardner Howard Pearce Kent Barrett Bradley Hart Sharp Hawkins Austin Lambert Watts Gregory May Warren "
    "Page Long Cunningham Freeman Stewart Campbell Robertson Thomson Macdonald Murray Reid Ross Hamilton Henderson "
    "Johnston Kerr McKenzie Sutton Burgess Winter Frost Poole Moss Lowe Hardy Bishop Read Cross Holland Ball Potter "
    "Barton Hewitt Bates Coleman Parsons Chambers Woods Gill Osborne Curtis Harding Goodwin Bolton Sheppard Rowe "
    "Pratt Brookes Nash Norris"
)
_TAIL_HEADS = _words(
    "Ash Black Brad Bram Brough Burn Can Chat Clay Cold Cran Dal Down Elm Fair Far Green Had Hazel Hep Hol Kirk Lang "
    "Ley Lud Mar Mel Nor Oak Pem Pen Rams Red Roth Ship Stan Strat Thorn Wal Wat Whit Wood Worth Hard Lock Marsh"
)
_TAIL_ENDS = _words(
    "ley ton ham worth field ford wick bury shaw well stead man er combe wood brook bourne ridge den dale lock ing "
    "croft sworth hurst grove gate more land by thorpe house sley low son kin"
)
_TAIL = tuple(head + end for end in _TAIL_ENDS for head in _TAIL_HEADS)

COMMUNITIES = (
    Community(0.68, _ENGLISH_GIRLS, _ENGLISH_BOYS, _ENGLISH_SURNAMES + _TAIL, 40.0),
    Community(
        0.06,
        _words(
            "Niamh Aoife Caoimhe Saoirse Ciara Roisin Sinead Siobhan Orlaith Maeve Eimear Grainne Fiona Clodagh "
            "Aisling Kathleen Bridget Mary Sarah Emma Kate Erin Shauna Shannon"
        ),
        _words(
            "Conor Sean Cian Oisin Darragh Eoin Cillian Fionn Liam Padraig Ciaran Aidan Brendan Declan Kevin Brian "
            "Patrick Michael John James Shane Dermot Donal Rory"
        ),
        _words(
            "Murphy Kelly O'Sullivan Walsh O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle McCarthy Gallagher "
            "Doherty Kennedy Lynch Murray Quinn Moore McLaughlin O'Carroll Connolly Daly O'Connell Wilson Dunne "
            "Brennan Burke Collins Campbell Clarke Johnston Hughes Farrell Fitzgerald Brown Martin Maguire Nolan "
            "Flynn Ward O'Callaghan O'Donnell Mahon Duffy Boyle Healy Shea Sweeney Hayes Kavanagh Power McGrath "
            "Moran Brady Casey Foley Fitzpatrick Leary McDonnell MacMahon Donnelly Regan Donovan Burns Flanagan "
            "Mullan Barry Kane Delaney McCann Connors Maughan McDonagh Cash Joyce Stokes Cawley Sweeney"
        ),
    ),
    Community(
        0.10,
        _words(
            "Fatima Aisha Maryam Zainab Khadija Amina Hafsa Aaliyah Sumayyah Safiya Iqra Sana Hira Zahra Noor Ayesha "
            "Mariam Inaya Anaya Sara Hannah Laiba Rabia Saima Nadia Samina Shazia Ruqayyah Asma Hajra Humaira"
        ),
        _names(
            "Mohammed|Muhammad|Mohammad|Muhammad Ali|Mohammed Hamza|Ahmed|Ali|Ibrahim|Yusuf|Hamza|Abdullah|Umar|"
            "Hassan|Hussain|Bilal|Zain|Haris|Adam|Ismail|Usman|Zayd|Mustafa|Imran|Khalid|Tariq|Asim|Faisal|"
            "Mohammed Ibrahim|Muhammad Zain|Mohammed Adam|Md Rahim|Abdul Rahman|Syed Ali|Kamran|Waqas|Junaid|Saif|"
            "Rayyan|Musa|Idris"
        ),
        _words(
            "Khan Hussain Ahmed Ali Begum Akhtar Mahmood Iqbal Malik Shah Mohammed Rahman Uddin Miah Islam Bibi "
            "Hassan Aziz Mirza Sheikh Chaudhry Butt Raja Qureshi Siddiqui Ashraf Javed Rashid Akram Nawaz Bashir "
            "Chowdhury Khatun Alam Haque Hossain Rehman Parveen Kauser Arshad Ansari Baig Dar Farooq Ghani Habib "
            "Jamil Kazmi Latif Majid Nazir Patel Qasim Riaz Saeed Tahir Usmani Yaqub Zafar Zaman"
        ),
        4.0,
    ),
    Community(
        0.04,
        _words(
            "Simran Priya Anjali Jasleen Harpreet Manpreet Kiran Nisha Pooja Diya Anika Meera Ishani Riya Kavita "
            "Gurleen Navneet Shreya Aarti Hema"
        ),
        _words(
            "Arjun Rohan Aarav Gurpreet Harpreet Jaspal Manjit Krish Dev Vivaan Amar Karan Nikhil Rahul Sukhdeep "
            "Jagdeep Anand Ravi Sanjay Hari"
        ),
        _words(
            "Singh Kaur Patel Sharma Shah Sandhu Dhillon Gill Sidhu Kumar Mistry Desai Mehta Joshi Grewal Bains Virk "
            "Johal Chauhan Solanki Parmar Vaghela Thakur Rana Verma Gupta Bhatt Pandya Trivedi Lad"
        ),
        3.0,
    ),
    Community(
        0.05,
        _words(
            "Blessing Chidinma Adaeze Precious Esther Deborah Ngozi Folake Temitope Abena Akosua Efua Grace Mercy "
            "Joy Favour Tolani Ayomide Zainab Hadiza"
        ),
        _words(
            "Emmanuel Daniel David Samuel Chukwuemeka Oluwaseun Tobi Kwame Kofi Kwabena Ayomide Ifeanyi Joshua "
            "Elijah Michael Temi Segun Femi Kelechi Ebenezer"
        ),
        _words(
            "Okafor Okonkwo Adeyemi Ogunleye Balogun Mensah Owusu Boateng Asante Osei Appiah Addo Eze Nwosu Obi "
            "Adebayo Afolabi Ojo Bello Ibrahim Musa Okeke Chukwu Nwachukwu Onyeka Akinola Alabi Ogunbanjo Amoah "
            "Agyeman Danso Opoku Sarpong Yeboah Frimpong"
        ),
        6.0,
    ),
    Community(
        0.04,
        _words(
            "Hodan Fadumo Halima Asha Sahra Amal Ifrah Hibo Leyla Nimco Ayaan Ubah Rahma Yasmin Aya Nour Salma Dina"
        ),
        _names(
            "Abdi Mohamed|Mohamed|Ahmed|Abdirahman|Yusuf|Ali|Ismail|Hassan|Omar|Mahad|Liban|Khalid|Abdullahi|Karim|"
            "Omar Farouk|Amir|Reza|Hamid|Najib|Zakaria|Mustafa"
        ),
        _names(
            "Mohamed|Ali|Ahmed|Hassan|Abdi|Hussein|Yusuf|Omar|Osman|Warsame|Farah|Jama|Ibrahim|Nur|Aden|Haji|Adan|"
            "Salah|Rahimi|Ahmadi|Karimi|Hosseini|Al-Hassan|El-Sayed|Al Amiri|Haddad|Mansour|Khoury|Tesfay|"
            "Gebremariam|Haile|Bekele|Kidane"
        ),
        3.0,
    ),
    Community(
        0.03,
        _words(
            "Zuzanna Julia Maja Zofia Hanna Lena Alicja Oliwia Maria Wiktoria Aleksandra Natalia Gabriela Andreea "
            "Ioana Elena Alexandra Daria Ștefania Anastasija"
        ),
        _words(
            "Jakub Kacper Szymon Filip Antoni Jan Aleksander Mateusz Michał Łukasz Piotr Andrei Ștefan Alexandru "
            "Mihai Ionuț Darius Matei Nikola Tomasz"
        ),
        _words(
            "Nowak Kowalski Kowalska Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
            "Kozłowski Jankowski Mazur Krawczyk Popescu Ionescu Popa Radu Dumitru Stoica Gheorghe Rusu Munteanu "
            "Ivanov Petrov Kazlauskas Jankauskas Horváth Kovács Novák Müller Šimić Petrović Jørgensen"
        ),
    ),
)  # fmt: skip

SAID_AS = {
    "Oliver": "Ollie Olly", "Jack": "Jackie Jacky", "Harry": "Harold Haz", "Charlie": "Charles Charley",
    "Jacob": "Jake", "Alfie": "Alfred Alf", "Freddie": "Fred Frederick", "Oscar": "Ozzy", "Archie": "Archibald",
    "Theo": "Theodore", "Thomas": "Tom Tommy", "James": "Jim Jimmy Jamie", "Joshua": "Josh", "Henry": "Harry",
    "William": "Will Billy Liam", "Max": "Maxwell", "Isaac": "Zak", "Daniel": "Dan Danny", "Edward": "Ed Eddie Teddy",
    "Joseph": "Joe Joey", "Alexander": "Alex Xander", "Samuel": "Sam Sammy", "Benjamin": "Ben Benji",
    "Matthew": "Matt Mathew", "Lewis": "Louis Lou", "Cameron": "Cam", "Jordan": "Jord Jordy", "Zachary": "Zac Zack",
    "Michael": "Mike Mikey Mick", "David": "Dave Davy", "Gabriel": "Gabe", "Frederick": "Fred Freddy",
    "Robert": "Rob Bobby Bob", "Christopher": "Chris Kit", "Andrew": "Andy Drew", "Nicholas": "Nick Nicky",
    "Anthony": "Tony Antony", "Stephen": "Steve Steven", "Jonathan": "Jon Johnny", "Patrick": "Paddy Pat",
    "Peter": "Pete", "Dominic": "Dom", "Nathaniel": "Nat Nate", "Sebastian": "Seb Bas", "Tyler": "Ty Tylor",
    "Jayden": "Jaden Jaydon", "Callum": "Calum Cal", "Connor": "Conor Connar", "Reece": "Rhys Rees",
    "Olivia": "Liv Livvy", "Amelia": "Millie Amy", "Emily": "Em Emmy", "Sophia": "Sofia Sophie",
    "Isabella": "Bella Izzy", "Jessica": "Jess Jessie", "Charlotte": "Lottie Charlie", "Chloe": "Khloe Clo",
    "Matilda": "Tilly Tilda", "Megan": "Meg Meghan", "Abigail": "Abi Abbie", "Bethany": "Beth", "Katie": "Kate Katy",
    "Eleanor": "Ellie Nell", "Rebecca": "Becky Becca", "Gabriella": "Gabby Ella", "Victoria": "Vicky Tori",
    "Samantha": "Sam Sammy", "Danielle": "Dani Danni", "Natasha": "Tash Tasha", "Stephanie": "Steph",
    "Jennifer": "Jen Jenny", "Francesca": "Fran Frankie", "Elizabeth": "Lizzie Beth Liz",
    "Catherine": "Cath Kathryn Kate", "Sarah": "Sara", "Alexandra": "Alex Lexi", "Georgia": "Georgie",
    "Imogen": "Immy", "Kayleigh": "Kayley Kaylee", "Natalie": "Nat", "Mohammed": "Muhammad Mohamed Mo",
    "Muhammad": "Mohammed Mohammad", "Mohammad": "Mohammed Muhammed", "Mohamed": "Mohammed Mo",
    "Yusuf": "Yousuf Yusef", "Ahmed": "Ahmad", "Umar": "Omar", "Hussain": "Hussein Husain", "Ibrahim": "Ebrahim",
    "Aisha": "Ayesha Aysha", "Fatima": "Fatimah Fathima", "Maryam": "Mariam Miriam", "Zainab": "Zaynab",
    "Khadija": "Khadijah", "Hassan": "Hasan", "Zain": "Zayn", "Usman": "Uthman Osman", "Siobhan": "Shivaun Chevonne",
    "Niamh": "Neve", "Caoimhe": "Keeva", "Sean": "Shaun Shawn", "Eoin": "Owen Eoghan", "Aoife": "Eefa",
    "Saoirse": "Sersha", "Ciara": "Kiera Keira", "Aleksandra": "Alexandra Ola", "Aleksander": "Alexander Olek",
    "Wiktoria": "Victoria", "Julia": "Julija", "Gurpreet": "Guri Gurprit", "Oluwaseun": "Seun",
    "Temitope": "Temi Tope", "Chukwuemeka": "Emeka", "Abdirahman": "Abdi Abdurahman", "Emmanuel": "Manny Emanuel",
}  # fmt: skip
