"""Facts about animals, plants, food, colours, instruments, sports, tools, jobs and materials."""

from __future__ import annotations

from .lang import names, table

# animal | class | young | home | diet | one more true thing about it
ANIMALS = table("""
dog | mammal | puppy | kennel | meat and other food | It can follow a smell for a long way
cat | mammal | kitten | house | meat | It sees well when the light is low
cow | mammal | calf | barn | grass | It gives milk
horse | mammal | foal | stable | grass and hay | It can sleep standing up
sheep | mammal | lamb | pasture | grass | Its wool is used for warm clothes
pig | mammal | piglet | sty | roots, grain and scraps | It rolls in mud to stay cool
goat | mammal | kid | farm | leaves and grass | It climbs very well
rabbit | mammal | kit | burrow | grass and leaves | It has long ears and strong back legs
fox | mammal | cub | den | small animals and fruit | It often hunts at night
bear | mammal | cub | den | fish, berries and roots | It sleeps through much of the winter
lion | mammal | cub | savanna | meat | It lives in a group called a pride
wolf | mammal | pup | den | meat | It lives and hunts in a pack
deer | mammal | fawn | forest | leaves and grass | The male of most kinds has antlers
kangaroo | mammal | joey | grassland | grass | It carries its young in a pouch
elephant | mammal | calf | savanna | leaves, bark and grass | It is the largest land animal
whale | mammal | calf | ocean | small sea animals | It must come up to breathe air
bat | mammal | pup | cave | insects or fruit | It is the only mammal that can truly fly
beaver | mammal | kit | lodge | bark and plants | It builds dams in streams
giraffe | mammal | calf | savanna | leaves of tall trees | It is the tallest land animal
hen | bird | chick | coop | grain and insects | It lays eggs
duck | bird | duckling | pond | water plants and insects | Its feathers keep the water out
goose | bird | gosling | pond | grass | Many kinds fly south in winter
swan | bird | cygnet | lake | water plants | It has a long white neck
owl | bird | owlet | hollow tree | mice and insects | It hunts at night and flies without a sound
eagle | bird | eaglet | nest | fish and small animals | It has very sharp eyes
penguin | bird | chick | cold coast | fish | It cannot fly but it swims very well
ostrich | bird | chick | savanna | plants and seeds | It is the largest bird and runs very fast
salmon | fish | fry | river and sea | insects and small fish | It swims up rivers to lay its eggs
shark | fish | pup | ocean | fish and other sea animals | It loses its teeth and grows new ones
trout | fish | fry | stream | insects and small fish | It likes cold, clear water
frog | amphibian | tadpole | pond | insects | It starts life in water and later lives on land
toad | amphibian | tadpole | garden | insects and worms | Its skin is dry and rough
newt | amphibian | larva | pond | worms and insects | It can grow back a lost leg
snake | reptile | snakelet | hole in the ground | mice and eggs | It has no legs and smells with its tongue
turtle | reptile | hatchling | sea | plants and small sea animals | Its hard shell protects it
crocodile | reptile | hatchling | river | fish and other animals | It has very strong jaws
lizard | reptile | hatchling | rocks | insects | It warms itself in the sun
bee | insect | larva | hive | nectar and pollen | It makes honey
ant | insect | larva | nest | seeds, insects and sweet juice | It can carry much more than its own weight
butterfly | insect | caterpillar | meadow | nectar | It tastes with its feet
""")
CLASS_REASON = {
    "mammal": "it is warm-blooded and feeds its young with milk",
    "bird": "it has feathers and a beak and lays eggs",
    "fish": "it breathes with gills and lives in water",
    "amphibian": "it starts life in water and later can live on land",
    "reptile": "it has dry scales and breathes with lungs",
    "insect": "it has six legs and a body in three parts",
}
CLASS_PLURAL = {
    "mammal": "mammals",
    "bird": "birds",
    "fish": "fish",
    "amphibian": "amphibians",
    "reptile": "reptiles",
    "insect": "insects",
}
HOMES = table("""
dog | kennel
horse | stable
pig | sty
hen | coop
bee | hive
rabbit | burrow
bear | den
spider | web
bird | nest
beaver | lodge
bat | cave
cow | barn
wolf | den
fish kept as a pet | aquarium
""")
SOUNDS = table("""
dog | barks
cat | meows
cow | moos
sheep | bleats
horse | neighs
lion | roars
duck | quacks
pig | grunts
frog | croaks
owl | hoots
snake | hisses
wolf | howls
bee | buzzes
mouse | squeaks
rooster | crows
goat | bleats
donkey | brays
crow | caws
""")
# product | what it is made from
SOURCES = table("""
cheese | milk
butter | cream
bread | flour
wine | grapes
chocolate | cocoa beans
glass | sand
paper | wood
wool | the coat of sheep
silk | the threads of silkworms
leather | animal skin
raisins | dried grapes
yogurt | milk
jam | fruit and sugar
steel | iron and carbon
honey | the nectar of flowers
linen | flax
tofu | soybeans
bricks | clay
cider | apples
olive oil | olives
prunes | dried plums
denim | cotton
""")
MIXES = table("""
blue | yellow | green
red | yellow | orange
red | blue | purple
red | white | pink
black | white | grey
""")
# thing | its usual colour
COLOURS = table("""
a ripe banana | yellow
fresh grass | green
snow | white
coal | black
a ripe tomato | red
the clear sky at noon | blue
a carrot | orange
an emerald | green
a ruby | red
a flamingo | pink
milk | white
a lemon | yellow
a sapphire | blue
an elephant | grey
a raven | black
a spinach leaf | green
""")
INSTRUMENTS = table("""
violin | string | a bow on its strings
cello | string | a bow on its strings
guitar | string | fingers on its strings
harp | string | fingers on its strings
double bass | string | a bow on its strings
banjo | string | fingers on its strings
flute | wind | air blown across a hole
clarinet | wind | air blown past a reed
oboe | wind | air blown past a double reed
recorder | wind | air blown into the mouthpiece
trumpet | brass | lips buzzing in a metal mouthpiece
trombone | brass | lips buzzing in a metal mouthpiece
tuba | brass | lips buzzing in a metal mouthpiece
horn | brass | lips buzzing in a metal mouthpiece
drum | percussion | sticks or hands striking its skin
cymbal | percussion | striking one metal plate
triangle | percussion | a metal rod that strikes it
xylophone | percussion | small hammers that strike its bars
tambourine | percussion | a hand that strikes or shakes it
""")
# sport | main object | place
SPORTS = table("""
tennis | racket | court
football | ball | pitch
golf | club | course
ice hockey | puck | ice rink
baseball | bat | field
badminton | shuttlecock | court
archery | bow | range
rowing | oars | river or lake
skiing | skis | snowy slope
cycling | bicycle | road or track
fencing | sword | strip
bowling | heavy ball | lane
surfing | board | sea
chess | board with pieces | table
table tennis | small paddle | table
basketball | ball and hoop | court
""")
# job | what the person does | usual place
JOBS = table("""
baker | bakes bread and cakes | bakery
teacher | teaches pupils | school
pilot | flies planes | airport
farmer | grows crops and keeps animals | farm
carpenter | builds things from wood | workshop
plumber | repairs pipes and taps | homes and buildings
librarian | looks after books and helps readers | library
tailor | makes and repairs clothes | shop
butcher | cuts and sells meat | shop
florist | sells flowers | flower shop
chef | cooks meals for guests | restaurant
mechanic | repairs cars | garage
architect | plans buildings | office
astronomer | studies stars and planets | observatory
dentist | takes care of teeth | practice
vet | treats sick animals | animal clinic
judge | decides cases | court
firefighter | puts out fires | fire station
sailor | works on a ship | sea
waiter | serves food to guests | restaurant
gardener | takes care of plants | garden
postman | delivers letters | town streets
shepherd | looks after sheep | pasture
barber | cuts hair | barber shop
""")
# tool | use
TOOLS = table("""
hammer | drive a nail into wood
saw | cut a board
screwdriver | turn a screw
needle | sew on a button
broom | sweep the floor
ruler | draw a straight line
thermometer | measure the temperature
scale | weigh flour
compass | find north
umbrella | stay dry in the rain
key | open a lock
ladder | reach a high shelf
telescope | look at distant stars
microscope | see very small things
spade | dig a hole
kettle | boil water
corkscrew | open a bottle of wine
rake | gather fallen leaves
watering can | water the flowers
torch | see in the dark
scissors | cut paper
calendar | find the date
map | find the way
oven | bake a cake
""")
CATEGORIES: dict[str, tuple[str, ...]] = {
    "fruits": names("apple pear plum banana orange grape lemon cherry peach mango"),
    "vegetables": names("carrot onion potato cabbage spinach leek turnip celery cauliflower radish"),
    "animals": names("horse rabbit lion goat tiger donkey camel zebra monkey wolf"),
    "birds": names("owl robin eagle sparrow crow pigeon parrot swan seagull stork"),
    "tools": names("hammer saw spade rake drill wrench chisel screwdriver pliers axe"),
    "colours": names("red blue green yellow purple brown black white pink grey"),
    "pieces of furniture": names("table chair sofa bed desk wardrobe bookcase stool cupboard bench"),
    "musical instruments": names("violin piano flute drum guitar trumpet harp cello clarinet tuba"),
    "clothes": names("shirt coat sock hat scarf dress jacket glove skirt sweater"),
    "vehicles": names("car bus train lorry bicycle tram van taxi motorbike ship"),
    "drinks": names("water milk tea coffee juice lemonade cocoa cider wine beer"),
    "sports": names("tennis football golf hockey rowing swimming boxing cricket rugby baseball"),
    "trees": names("oak birch pine willow beech maple ash elm fir poplar"),
    "flowers": names("rose tulip daisy lily violet daffodil sunflower poppy orchid iris"),
    "metals": names("iron copper gold silver tin lead zinc nickel aluminium platinum"),
    "insects": names("ant bee wasp beetle butterfly moth fly grasshopper dragonfly mosquito"),
    "shapes": names("circle square triangle rectangle oval hexagon pentagon diamond cube cone"),
    "jobs": names("baker teacher nurse farmer pilot plumber tailor lawyer chef carpenter"),
    "weather words": names("rain snow fog wind hail storm sunshine thunder drizzle frost"),
    "school subjects": names("history mathematics geography biology chemistry physics art music"),
}
# groups that share words or are parts of each other, so that they make no clear choice
CLASHES = (
    {"fruits", "colours"},
    {"fruits", "trees"},
    {"flowers", "colours"},
    {"metals", "colours"},
    {"animals", "birds"},
    {"animals", "insects"},
    {"birds", "insects"},
    {"jobs", "school subjects"},
    {"tools", "musical instruments"},
)
# common noun | what it is, for explanations and riddles | riddle
THINGS = table("""
clock | a thing that shows the time | I have hands but cannot clap, and a face but no eyes
book | pages of writing held together by a cover | I have many leaves but I am not a tree
candle | a stick of wax with a wick that burns | I am tall when I am young and short when I am old
towel | a cloth for drying yourself | I get wetter the more I dry
comb | a thing for tidying hair | I have many teeth but I never bite
needle | a thin piece of steel for sewing | I have one eye but I cannot see
river | water that flows to the sea | I run all day but have no legs, and I have a mouth but never eat
echo | a sound that comes back from a wall or hill | I speak without a mouth and always repeat your words
shadow | a dark shape made where light is blocked | I follow you on sunny days and vanish in the dark
mirror | a glass that shows your own face | I show you your face but I have none of my own
piano | an instrument with black and white keys | I have many keys but I open no door
map | a drawing of a place | I have towns without houses and rivers without water
stamp | a small paper that pays for a letter | I travel around the world but stay in one corner
egg | something a hen lays | You must break me before you can use me
umbrella | a folding roof you carry in the rain | I open when it rains and close when it stops
snowman | a figure made of snow | I stand in the garden in winter and disappear in spring
bed | a thing to sleep on | I have four legs and a head but I cannot walk
onion | a vegetable with many layers | I have many skins and I make the cook cry
kettle | a pot for boiling water | I sit on the stove and whistle when I am hot
glove | clothing for a hand | I have four fingers and a thumb but I am not alive
bridge | a road over water | I stand with my feet in the river and carry you to the other side
sponge | a soft thing for washing | I am full of holes but I still hold water
ladder | steps for climbing | I have many steps but I stay where you put me
chimney | the part of a house that lets out smoke | I stand on the roof and smoke, but I have no mouth
broom | a brush with a long handle | I stand in the corner all day and cross the room to chase the dust
chair | a seat for one person | I have legs and a back but I never get tired of standing
pencil | a thing for writing and drawing | I get shorter every time you sharpen me
letter | a written message that is sent by post | I cross the country in an envelope and speak without a sound
window | an opening with glass in a wall | I keep out the wind but I let in the light
telescope | an instrument for looking at the stars | I am a tube that brings the moon closer to your eye
""")
