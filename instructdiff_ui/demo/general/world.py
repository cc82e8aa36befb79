"""Facts about the world: countries, rivers, landmarks, planets, months, units, inventions."""

from __future__ import annotations

from .lang import table

# country | capital | continent | main language | money | in a phrase
COUNTRIES = table("""
France | Paris | Europe | French | euro
Spain | Madrid | Europe | Spanish | euro
Portugal | Lisbon | Europe | Portuguese | euro
Italy | Rome | Europe | Italian | euro
Germany | Berlin | Europe | German | euro
Austria | Vienna | Europe | German | euro
Greece | Athens | Europe | Greek | euro
Poland | Warsaw | Europe | Polish | zloty
Hungary | Budapest | Europe | Hungarian | forint
Denmark | Copenhagen | Europe | Danish | krone
Norway | Oslo | Europe | Norwegian | krone
Sweden | Stockholm | Europe | Swedish | krona
Finland | Helsinki | Europe | Finnish | euro
Iceland | Reykjavik | Europe | Icelandic | krona
Romania | Bucharest | Europe | Romanian | leu
Ireland | Dublin | Europe | English | euro
Japan | Tokyo | Asia | Japanese | yen
China | Beijing | Asia | Chinese | yuan
South Korea | Seoul | Asia | Korean | won
Thailand | Bangkok | Asia | Thai | baht
Vietnam | Hanoi | Asia | Vietnamese | dong
Mongolia | Ulaanbaatar | Asia | Mongolian | tugrik
Iran | Tehran | Asia | Persian | rial
Saudi Arabia | Riyadh | Asia | Arabic | riyal
Egypt | Cairo | Africa | Arabic | pound
Morocco | Rabat | Africa | Arabic | dirham
Tunisia | Tunis | Africa | Arabic | dinar
Ghana | Accra | Africa | English | cedi
Nigeria | Abuja | Africa | English | naira
Angola | Luanda | Africa | Portuguese | kwanza
Senegal | Dakar | Africa | French | franc
Brazil | Brasilia | South America | Portuguese | real
Argentina | Buenos Aires | South America | Spanish | peso
Chile | Santiago | South America | Spanish | peso
Peru | Lima | South America | Spanish | sol
Colombia | Bogota | South America | Spanish | peso
Uruguay | Montevideo | South America | Spanish | peso
Venezuela | Caracas | South America | Spanish | bolivar
Mexico | Mexico City | North America | Spanish | peso
Cuba | Havana | North America | Spanish | peso
Jamaica | Kingston | North America | English | dollar
Australia | Canberra | Australia | English | dollar
""")

# landmark | country
LANDMARKS = table("""
the Eiffel Tower | France
the Colosseum | Italy
the Great Wall | China
Mount Fuji | Japan
the Acropolis | Greece
the Taj Mahal | India
Machu Picchu | Peru
the Great Pyramid of Giza | Egypt
the Statue of Liberty | the United States
the Brandenburg Gate | Germany
Big Ben | the United Kingdom
the Leaning Tower of Pisa | Italy
the Louvre | France
Petra | Jordan
Angkor Wat | Cambodia
the Sagrada Familia | Spain
the Sydney Opera House | Australia
Mount Kilimanjaro | Tanzania
the Little Mermaid statue | Denmark
the Blue Mosque | Turkey
""")

# river | continent | where it ends
RIVERS = table("""
Nile | Africa | the Mediterranean Sea
Congo | Africa | the Atlantic Ocean
Niger | Africa | the Atlantic Ocean
Zambezi | Africa | the Indian Ocean
Amazon | South America | the Atlantic Ocean
Orinoco | South America | the Atlantic Ocean
Mississippi | North America | the Gulf of Mexico
Yukon | North America | the Bering Sea
Danube | Europe | the Black Sea
Rhine | Europe | the North Sea
Seine | Europe | the English Channel
Thames | Europe | the North Sea
Volga | Europe | the Caspian Sea
Rhone | Europe | the Mediterranean Sea
Yangtze | Asia | the East China Sea
Ganges | Asia | the Bay of Bengal
Indus | Asia | the Arabian Sea
Mekong | Asia | the South China Sea
""")

# clue | planet
PLANETS = table("""
is closest to the Sun | Mercury
is the smallest planet of the solar system | Mercury
takes only 88 days to go around the Sun | Mercury
is the hottest planet of the solar system | Venus
is the second planet from the Sun | Venus
shines so brightly that it is called the evening star | Venus
is our home | Earth
is the only planet known to have life | Earth
has exactly one moon | Earth
is known as the red planet | Mars
has the highest volcano of the solar system | Mars
is the fourth planet from the Sun | Mars
is the largest planet of the solar system | Jupiter
has a great red spot | Jupiter
is the fifth planet from the Sun | Jupiter
is famous for its bright, wide rings | Saturn
comes right after Jupiter as you move away from the Sun | Saturn
rolls around the Sun on its side | Uranus
is the seventh planet from the Sun | Uranus
is the farthest planet from the Sun | Neptune
has the fastest winds of the solar system | Neptune
""")
PLANET_ORDER = ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")

# thing | inventor or maker | what he or she did
INVENTIONS = table("""
the telephone | Alexander Graham Bell | patented
dynamite | Alfred Nobel | invented
the World Wide Web | Tim Berners-Lee | invented
the printing press with movable type in Europe | Johannes Gutenberg | built
the Braille alphabet | Louis Braille | invented
the theory of relativity | Albert Einstein | developed
the law of gravity | Isaac Newton | described
penicillin | Alexander Fleming | discovered
radium | Marie Curie | discovered
the play Hamlet | William Shakespeare | wrote
the Mona Lisa | Leonardo da Vinci | painted
The Starry Night | Vincent van Gogh | painted
the novel Pride and Prejudice | Jane Austen | wrote
the novel Oliver Twist | Charles Dickens | wrote
the Ninth Symphony with the Ode to Joy | Ludwig van Beethoven | composed
the opera The Magic Flute | Wolfgang Amadeus Mozart | composed
the theory of evolution by natural selection | Charles Darwin | proposed
the Four Seasons for violin | Antonio Vivaldi | composed
the painting Guernica | Pablo Picasso | painted
the lightning rod | Benjamin Franklin | invented
the diesel engine | Rudolf Diesel | invented
the novel Frankenstein | Mary Shelley | wrote
""")

MONTHS = table("""
January | 31 | winter
February | 28 | winter
March | 31 | spring
April | 30 | spring
May | 31 | spring
June | 30 | summer
July | 31 | summer
August | 31 | summer
September | 30 | autumn
October | 31 | autumn
November | 30 | autumn
December | 31 | winter
""")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# small unit | number | large unit
UNITS = table("""
seconds | 60 | a minute
minutes | 60 | an hour
hours | 24 | a day
days | 7 | a week
months | 12 | a year
weeks | 52 | a year
years | 10 | a decade
years | 100 | a century
millimetres | 10 | a centimetre
centimetres | 100 | a metre
metres | 1000 | a kilometre
grams | 1000 | a kilogram
millilitres | 1000 | a litre
cents | 100 | a dollar
sides | 3 | a triangle
sides | 4 | a square
sides | 5 | a pentagon
sides | 6 | a hexagon
sides | 8 | an octagon
legs | 6 | an insect
legs | 8 | a spider
letters | 26 | the English alphabet
strings | 4 | a violin
keys | 88 | a standard piano
planets | 8 | the solar system
players | 11 | a football team on the pitch
squares | 64 | a chess board
faces | 6 | a cube
wheels | 3 | a tricycle
""")
