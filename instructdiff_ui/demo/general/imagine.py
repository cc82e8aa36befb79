"""What free writing is made of: tales, lines of poems, products, explanations, places."""

from __future__ import annotations

from .lang import table

# who | who wanted something | trouble | turn | end
TALES = table("""
a small fox | wanted to see the sea | The way was long, and a wide river crossed it | An old duck showed the fox a
    bridge behind the mill | That evening the fox sat on the sand and watched the waves
a lonely giant | wanted a friend | Everyone ran away when they heard his steps | One day a girl called Lina stayed
    and asked him to reach a kite in a tree | From then on they flew the kite together every Sunday
a clever mouse | lived in a library | A hungry cat moved in next door | The mouse read her a story through the wall
    every night | Soon the cat came only to listen
an old clockmaker | had lost the sound of his finest clock | He searched the workshop but found nothing wrong | His
    niece Lina noticed a tiny bird nest between the bells | He waited until the birds had flown, and then the clock
    rang again
a brave little boat | dreamed of the open sea | The fishermen said that it was far too small | In a storm it slipped
    between the rocks and brought three sailors home | After that nobody laughed at its size
a shy dragon | could not breathe fire | The other dragons teased him for it | When the baker's oven went cold, he
    tried once more and lit it with a tiny flame | Now he bakes bread for the whole village
a young gardener | wanted to grow a blue rose | Every year the flowers came out red | Tom from the next garden told
    her that red was her own favourite colour | She looked at her roses again and was happy with them
a tired king | wanted one quiet day | From morning to night people asked him for things | So he put on an old coat
    and worked for a day in the kitchen | He slept better than ever, and the cook liked his soup
a curious owl | wanted to see the day | But her eyes always closed at dawn | A friendly squirrel told her about the
    sun and the flowers every evening | The owl told him about the stars, and so both knew the whole day
a poor shoemaker | had leather for only one pair of shoes | A stranger with cold feet came in from the snow | The
    shoemaker gave him the shoes for nothing | The next morning his shelf was full of the finest leather
a lost penguin | wanted to get home | The harbour was full of ships and all looked alike | A sailor called Jack took
    the penguin on board and sailed south | When they saw the ice, the penguin danced with joy
a boy with a red kite | wished for more wind | For a whole week not a leaf moved | He lent his kite to his small
    sister, who ran as fast as she could | The kite rose, and with it came the wind
a snowman | wanted to see the spring | Every day grew a little warmer | The children carried him up to the cold side
    of the mountain | From there he saw the first flowers in the valley
an honest farmer | found a purse full of gold | His neighbours told him to keep it | He walked to town and gave it
    back to an old woman | She had no reward to give but her best hen, and it laid an egg every day
""")
# theme | three banks of lines that fit in any combination
POEMS: tuple[tuple[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]], ...] = (
    (
        "autumn",
        (
            ("Leaves fall one by one", "The old oak turns gold", "Red leaves on wet stone"),
            ("a cool wind walks through the park", "the last swallows fly away", "smoke rises from the gardens"),
            ("soon there will be snow", "the year grows quiet", "and I button up my coat"),
        ),
    ),
    (
        "the sea",
        (
            ("Wave follows on wave", "Salt wind on my lips", "Blue up to the sky"),
            ("a white gull hangs in the air", "the old boats rock side to side", "shells are shining in the sand"),
            ("I forget the time", "and the tide comes in", "nothing stands between me and the world"),
        ),
    ),
    (
        "snow",
        (
            ("White roofs, white gardens", "It fell without sound", "Morning has no colour"),
            ("only a cat has walked here", "the street sleeps under blankets", "a child laughs behind the fence"),
            ("small steps lead away", "the whole town is new", "even the clock sounds softer"),
        ),
    ),
    (
        "rain",
        (
            ("Drops run down the glass", "Grey sky, shining streets", "The roof starts to drum"),
            ("umbrellas open like flowers", "the garden drinks and drinks again", "a boy jumps in every pool"),
            ("I put on the tea", "and then comes the sun", "what a good day to read"),
        ),
    ),
    (
        "a cat",
        (
            ("Two green eyes at night", "She owns the window", "Curled up like a bun"),
            ("soft feet on the kitchen floor", "she listens to every mouse", "the sun has found her warm fur"),
            ("and she dreams of fish", "then she goes her way", "the house is hers, not mine"),
        ),
    ),
    (
        "spring",
        (
            ("The ice has melted", "First green on the hill", "A bee wakes up early"),
            ("birds argue in the cherry tree", "the windows are open again", "children look for their bicycles"),
            ("everything begins", "and the days grow long", "I leave my coat at home"),
        ),
    ),
    (
        "the night",
        (
            ("The last lamp goes out", "Stars over the town", "The moon climbs the roof"),
            ("an owl calls from the forest", "the river talks in its sleep", "a train passes far away"),
            ("and the dark is kind", "tomorrow can wait", "I close my tired eyes"),
        ),
    ),
    (
        "friendship",
        (
            ("Two cups on the table", "You knock, I open", "We walk side by side"),
            ("we laugh at the same old stories", "no need to explain a thing", "your hand is there when I fall"),
            ("and time has no weight", "so the road is short", "the rain does not matter"),
        ),
    ),
    (
        "home",
        (
            ("A key in the door", "The smell of warm bread", "Shoes in the hallway"),
            ("someone is humming a tune", "the lamp throws a yellow ring", "the old chair waits for me"),
            ("here I can be still", "I am home again", "the world may stay outside"),
        ),
    ),
    (
        "a garden",
        (
            ("Beans climb up the pole", "Roses by the gate", "A bench in the shade"),
            ("the bees are hard at work here", "a snail crosses the wet path", "my hands smell of earth and mint"),
            ("summer has no end", "and all things take time", "I pick one ripe pear"),
        ),
    ),
)
# product | good points | what it does for you | slogans | for whom
PRODUCTS = table("""
warm blanket | is made of soft wool; is light but very warm | keeps you cosy on long evenings | Winter can wait
    outside; Softness you can sleep on | people who are always cold
steel water bottle | holds one litre and never leaks; keeps drinks cold for a whole day | fits into every bag | Cold
    to the last drop; Fill it, close it, go | hikers and pupils
reading lamp | gives a warm and steady light; can be turned in every direction | is kind to your eyes | One more
    chapter; Light where your book is | people who read at night
garden chair | stands in sun and rain without harm; folds flat in a second | lets you rest your back | Your place in
    the sun; Sit down, summer is here | tired gardeners
travel backpack | has eight pockets and strong straps; weighs less than a loaf of bread | leaves your hands free |
    Carry less, see more; The road is calling | young travellers
kitchen knife | stays sharp for years; lies well in the hand | cuts bread as easily as tomatoes | Sharp work, easy
    cooking; One knife for everything | hobby cooks
wooden puzzle | has sixty pieces and a picture of the farm; is painted by hand | keeps small hands busy for hours |
    Piece by piece, joy by joy; Rainy days made better | children from the age of four
electric kettle | boils a litre in three minutes; turns itself off | makes almost no noise | Tea in no time; Hot
    water, cool design | tea drinkers
rain jacket | keeps out wind and water; folds into its own pocket | lets you enjoy every kind of weather | Let it
    rain; Dry is a good feeling | cyclists
notebook | has thick, cream-coloured paper; lies flat when it is open | gives your ideas a home | Write it down,
    keep it forever; Where good ideas live | students and poets
honey from the hills | comes from small local beekeepers; tastes of wild flowers | sweetens your breakfast in a
    natural way | Sweet as summer; A spoon full of sunshine | honey lovers
alarm clock | wakes you with bird song; has large numbers | helps you start the day gently | Good mornings
    guaranteed; Wake up with the birds | late sleepers
dog bed | has a cover you can wash; is filled with soft foam | gives your dog a place of its own | Sweet dreams for
    good dogs; Every dog deserves a bed | dog owners
pair of walking boots | has thick soles and a soft lining; needs no breaking in | carries you safely over wet rock |
    Made for the long way; Step by step to the top | hikers
bar of soap | is made from olive oil; smells of fresh lemon | leaves your hands clean and soft | Clean and simple;
    Fresh hands, fresh start | the whole family
picnic basket | holds plates and cups for four; is woven by hand | turns every park into a dining room | Lunch
    tastes better outside; Pack it, carry it, enjoy | families
""")
# thing | in easy words | example
EXPLAIN = table("""
gravity | gravity is a pull that brings things down to the ground | When you let go of a ball, gravity makes it fall
a shadow | a shadow is a dark shape that appears when something blocks the light | Stand in the sun and your body
    makes one on the ground
rain | rain is water that falls from clouds in drops | The sun warms the sea, the water rises as vapour, becomes
    clouds and falls again
a rainbow | a rainbow appears when sunlight passes through drops of water | The drops split the light into many colours
a volcano | a volcano is a mountain with an opening through which hot melted rock can come out | The melted rock is
    called lava
money | money is something we trade for the things we need | Instead of giving an apple for a pencil, you pay with coins
a library | a library is a house full of books that you may borrow | You take one home, read it and bring it back
electricity | electricity is energy that moves through wires | It makes lamps shine and machines run
recycling | recycling means making new things out of old ones | Old paper can become a new notebook
sleep | sleep is the time when your body and mind rest | While you sleep you grow and your brain sorts what you learned
the Moon | the Moon is a ball of rock that goes around the Earth | It shines because the Sun lights it up
an echo | an echo is a sound that comes back to you | Shout at a big wall and your voice bounces back like a ball
a seed | a seed is the start of a new plant | Give it water and soil, and a small stem comes out
ice | ice is water that is frozen hard | Put water into the freezer, and a few hours later it is solid
a map | a map is a drawing of a place as a bird would see it | It helps you to find the way
a vote | a vote is a way to decide something together | Everyone picks one choice, and the choice with most hands wins
honesty | honesty means telling the truth | If you break a cup and say so, you are honest
patience | patience means being able to wait without getting angry | You need it when you wait for a cake to bake
a bridge | a bridge is a road that goes over water or a valley | Without it you would need a boat
a dictionary | a dictionary is a book that tells you what words mean | The words stand in order from A to Z
""")
# place | sights | sounds | feelings
PLACES = table("""
a market in the morning | tables full of apples and bread stand in long rows; bright cloths hang over boxes of fruit
    | sellers call out their prices; a dog barks somewhere between the tables | the air smells of coffee and
    flowers; everybody seems to be in good spirits
a forest after rain | drops hang from every branch; the path is dark and soft | water drips from leaf to leaf; a
    single bird begins to sing | it smells of moss and earth; you want to breathe slowly
an old library | tall shelves reach up to the ceiling; dust dances in the light of the window | only the turning of
    pages can be heard; a clock ticks above the door | it is cool and calm; here time seems to stand still
a harbour at night | the lamps of the ships shine on the black water; ropes and nets lie on the stones | waves slap
    against the wood; far out a horn sounds | the wind tastes of salt; one feels small and free
a busy kitchen | pots steam on every flame; flour covers the table | knives tap on the boards; the cook shouts for
    more plates | it is hot and smells of onions; nobody stands still for a second
a school yard at noon | children run in every direction; coats lie in a heap by the wall | balls bounce and somebody
    laughs; a bell rings and nobody wants to hear it | the sun is warm; the day feels wide open
a mountain lake | the water lies still like glass; snow shines on the tops around it | a stone rolls down somewhere;
    the wind is the only sound | the air is thin and clean; nobody wants to leave
an empty train station | one lamp lights the long bench; old posters hang on the wall | the wind blows a paper over
    the platform; the loudspeaker hums | it is cold and a little sad; the last train left an hour ago
a farm at dawn | mist lies over the fields; the first light touches the barn | a rooster crows; cows move in the
    barn | it smells of hay; a long day of work begins
a small bakery | golden loaves lie behind the glass; a cat sleeps under the counter | the door bell rings with every
    guest; the baker whistles | it is warm and smells of bread; one could stay here for hours
a city street in winter | lights shine in all the windows; snow lies on the parked cars | steps crunch on the ice; a
    tram rings its bell | faces are red with cold; everyone hurries home
""")
