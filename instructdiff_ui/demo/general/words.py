"""Facts about words: synonyms, opposites, meanings, words easily mixed up, pairs that belong together."""

from __future__ import annotations

from .lang import table

SYNONYMS = table("""
big | large
happy | glad
sad | unhappy
fast | quick
begin | start
shut | close
small | little
angry | cross
ill | sick
rich | wealthy
smart | clever
quiet | silent
hard | difficult
simple | easy
wet | damp
afraid | scared
tired | weary
brave | bold
kind | gentle
odd | strange
rude | impolite
shout | yell
speak | talk
choose | select
fix | repair
help | assist
buy | purchase
reply | answer
finish | end
hurry | rush
present | gift
journey | trip
error | mistake
street | road
stone | rock
job | work
pupil | student
doctor | physician
pretty | beautiful
correct | right
enormous | huge
empty | vacant
famous | well-known
""")
OPPOSITES = table("""
hot | cold
big | small
up | down
day | night
black | white
open | closed
full | empty
happy | sad
fast | slow
early | late
young | old
rich | poor
hard | soft
light | dark
wet | dry
high | low
long | short
strong | weak
loud | quiet
near | far
left | right
true | false
inside | outside
first | last
buy | sell
push | pull
remember | forget
arrive | leave
love | hate
win | lose
thick | thin
clean | dirty
brave | cowardly
safe | dangerous
wide | narrow
heavy | light
asleep | awake
north | south
victory | defeat
success | failure
question | answer
""")
# word | meaning | a sentence that uses it
MEANINGS = table("""
ancient | very old | We walked through an ancient town with walls of stone
generous | glad to give to others | A generous neighbour gave us a basket of apples
fragile | easy to break | The glass is fragile, so carry it with both hands
curious | wanting to know more | The curious child opened every drawer
stubborn | not willing to change one's mind | The stubborn donkey refused to move
rare | not found or seen often | He found a rare stamp in an old letter
harvest | the time when crops are gathered | The whole village helps with the harvest
journey | a trip from one place to another | The journey to the coast took six hours
neighbour | a person who lives near you | Our neighbour waters the plants when we are away
drought | a long time without rain | After the drought the river was almost dry
library | a place where you can borrow books | She goes to the library every Friday
island | land with water all around it | They took a boat to the small island
bridge | a way over a river or road | The bridge was closed because of the storm
guest | a person who is invited | Every guest brought something to eat
habit | something a person does again and again | Reading in bed is an old habit of mine
promise | words that say you will surely do something | She kept her promise and came back early
borrow | to take something and give it back later | May I borrow your pen for a minute?
whisper | to speak very softly | Please whisper, because the baby is asleep
repair | to make a broken thing work again | My father can repair any old clock
explore | to travel through a place to learn about it | We want to explore the caves tomorrow
admire | to look at something with pleasure and respect | Many people admire her paintings
postpone | to move something to a later time | We had to postpone the match because of the rain
hesitate | to wait a moment before acting | Do not hesitate to call me
vanish | to go out of sight suddenly | I saw the fox vanish behind the fence
gather | to bring things together | The children gather shells on the beach
predict | to say what will happen | It is hard to predict the weather in April
shelter | a place that protects you | We found shelter under a large oak
recipe | directions for cooking a dish | This recipe needs two eggs and some milk
orchard | a field of fruit trees | The orchard is full of ripe pears
village | a group of houses smaller than a town | Only ninety people live in the village
honest | telling the truth | An honest man returned the lost purse
patient | able to wait calmly | A patient teacher explains things twice
crowded | full of people | The train was so crowded that we had to stand
silent | without any sound | The street was silent after midnight
shallow | not deep | The water is shallow near the bank
delicious | very good to eat or drink | Grandmother's soup is always delicious
enormous | very, very big | An enormous ship came into the harbour
cautious | careful to stay out of danger | A cautious driver slows down in fog
polite | showing good manners | A polite boy offered her his seat
thirsty | in need of a drink | The thirsty horse drank from the stream
""")
# first pair | second pair | how the pairs are linked
ANALOGIES = table("""
puppy | dog | kitten | cat | the first is the young of the second
hand | glove | foot | sock | the second is worn on the first
bird | nest | bee | hive | the second is the home of the first
hot | cold | wet | dry | the two are opposites
pen | write | knife | cut | the second is what you do with the first
baker | bread | tailor | clothes | the first makes the second
finger | hand | toe | foot | the first is a part of the second
fish | swim | bird | fly | the second is how the first moves
teacher | school | doctor | hospital | the first works in the second
one | first | three | third | the second gives the place in the row
eye | see | ear | hear | the second is what the first is for
king | queen | prince | princess | the second is the woman's title
day | light | night | dark | the second tells how it is in the first
page | book | leaf | tree | the first is a part of the second
go | went | see | saw | the second is the past of the first
child | children | mouse | mice | the second is the plural of the first
France | Paris | Italy | Rome | the second is the capital of the first
car | road | train | rails | the first runs on the second
grapes | wine | apples | cider | the second is made from the first
cow | calf | horse | foal | the second is the young of the first
thermometer | temperature | clock | time | the first measures the second
captain | ship | pilot | plane | the first steers the second
hungry | eat | thirsty | drink | the second is what you do when you are the first
painter | brush | carpenter | hammer | the second is a tool of the first
minute | hour | month | year | the first is a part of the second
big | bigger | good | better | the second is the comparative of the first
""")
# sentence with a gap | right word | wrong word | why
HOMOPHONES = table("""
The children left ___ coats at school. | their | there | "their" shows that something belongs to them
Put the box over ___, please. | there | their | "there" tells the place
I think ___ going to rain. | it's | its | "it's" is short for "it is"
The dog wagged ___ tail. | its | it's | "its" shows that the tail belongs to the dog
___ late, so we should go home. | It's | Its | "It's" is short for "It is"
Is this ___ umbrella? | your | you're | "your" shows that something belongs to you
I hope ___ feeling better today. | you're | your | "you're" is short for "you are"
This soup is ___ hot. | too | two | "too" means more than is good
She has ___ brothers. | two | too | "two" is the number 2
We walked ___ the station. | to | too | "to" shows where we went
He is taller ___ his father. | than | then | "than" is used to compare
We ate, and ___ we washed the plates. | then | than | "then" tells what came next
I can ___ the bells. | hear | here | "hear" is what you do with your ears
Come ___ at once! | here | hear | "here" tells the place
She does not ___ his name. | know | no | "know" means to have learned it
The wind ___ my hat away. | blew | blue | "blew" is the past of "blow"
We bought bread ___ the guests. | for | four | "for" tells who gets it
He ate a whole ___ of cake. | piece | peace | "piece" means a part of something
They will ___ us at noon. | meet | meat | "meet" means to come together
I do not know ___ she will come. | whether | weather | "whether" has the sense of "if"
The ___ was warm and dry. | weather | whether | "weather" means sun, rain and wind
Please ___ your name at the top. | write | right | "write" means to put words on paper
You have the ___ to ask. | right | write | "right" means something you may do
I have ___ your book on the train. | read | red | "read" is what you do with a book
""")
# the people one is related to | the word for it
KIN = table("""
mother's sister | aunt
father's brother | uncle
mother's brother | uncle
father's sister | aunt
mother's mother | grandmother
father's father | grandfather
mother's father | grandfather
father's mother | grandmother
aunt's daughter | cousin
uncle's son | cousin
sister's son | nephew
brother's daughter | niece
brother's son | nephew
sister's daughter | niece
husband's mother | mother-in-law
wife's father | father-in-law
son's daughter | granddaughter
daughter's son | grandson
""")
