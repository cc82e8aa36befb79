"""What practical help is made of: steps, recipes, tips, troubles, packing lists, good and bad sides."""

from __future__ import annotations

from .lang import table

# task | steps
HOW_TO = table("""
iron a shirt | fill the iron with water and let it get hot | iron the collar first | go on with the sleeves | do the
    back and the front last
wash a woollen sweater | fill a bowl with cool water and mild soap | press the sweater gently under water | rinse it
    well | dry it flat on a towel
clean a window | dust the frame | wash the glass with warm water and a little soap | wipe it dry from top to bottom
change a light bulb | switch off the light and let the bulb cool | turn the old bulb out | screw in the new one |
    switch on the light to test it
water house plants | feel the soil with a finger | water only if it is dry | pour off the water that stays in the saucer
make a bed | pull the sheet flat | shake out the blanket and lay it straight | beat the pillows and put them at the top
descale a kettle | fill it with equal parts of water and vinegar | boil it and wait an hour | pour it out and rinse well
sew on a button | thread the needle and tie a knot | push it up through the cloth and the button several times |
    wind the thread under the button | tie it off on the back
mend a flat bicycle tyre | take the wheel off and pull out the tube | find the hole in a bowl of water | dry it and
    glue a patch on it | put it back and pump it up
plant a tulip bulb | dig a hole three times as deep as the bulb in autumn | put the bulb in with the tip up | cover
    it with soil and water it
clean muddy shoes | let the mud dry | brush off the dry mud | wipe the shoes with a damp cloth | let them dry away
    from the heat
boil an egg | bring water to the boil | lower the egg in with a spoon | cook it for five to ten minutes | cool it
    under cold water
make tea | boil fresh water | warm the pot | add one spoon of leaves for each cup | pour in the water and wait four
    minutes
wrap a present | cut enough paper to go around the box | fold the paper over and tape it | fold in the ends and tape
    them | tie a ribbon around it
write a shopping list | look into the fridge and the cupboards | plan the meals of the week | write down what is
    missing, sorted by shop shelf
wash the dishes by hand | scrape off the scraps | wash the glasses first in hot, soapy water | go on with plates and
    end with pans | rinse and let everything dry
pack a suitcase | make a list | put heavy things at the bottom | roll the clothes to save room | keep tickets and
    papers in your hand bag
hang a picture | mark the place with a pencil | drive a nail into the wall | hang the picture on it | check that it
    is straight
clean a wooden table | take everything off it | wipe it with a damp cloth along the grain | dry it at once | rub in
    a little oil
make a compost heap | choose a shady corner | lay down twigs | add kitchen scraps and dry leaves in turns | keep it
    damp and turn it every few weeks
""")
# dish | what it needs | steps
DISHES = table("""
pancakes | two eggs, a cup of flour, a cup of milk and a little butter | mix the eggs, flour and milk | heat some
    butter in a pan | fry each pancake on both sides until it is golden
tomato soup | six tomatoes, one onion, a little oil, salt and two cups of water | fry the onion in the oil | add the
    tomatoes and the water | cook for twenty minutes | blend and add salt
potato salad | one kilogram of potatoes, one onion, oil, vinegar and salt | boil the potatoes and let them cool |
    cut them into slices | mix them with the chopped onion, oil, vinegar and salt
an omelette | three eggs, a spoon of milk, butter and salt | beat the eggs with milk and salt | melt the butter in a
    pan | pour in the eggs | fold it when it is almost set
fruit salad | an apple, a banana, an orange and some grapes | peel and cut the fruit | mix it in a bowl | add a
    little lemon juice
rice with vegetables | a cup of rice, two carrots, one onion, some peas and oil | boil the rice in two cups of water
    | fry the vegetables in the oil | stir in the rice
lemonade | three lemons, four spoons of sugar and a litre of water | press the lemons | stir the sugar into the
    water | mix everything and serve it cold
garlic bread | a loaf of bread, butter and two cloves of garlic | chop the garlic and mix it with the butter |
    spread it on slices of bread | bake them for ten minutes
porridge | a cup of oats, two cups of milk and some honey | heat the milk | stir in the oats | cook for five minutes
    | add honey on top
baked apples | four apples, raisins, butter and a little sugar | take out the cores | fill the apples with raisins
    and sugar | put butter on top | bake them for half an hour
a cheese sandwich | two slices of bread, butter, cheese and a tomato | butter the bread | lay cheese and slices of
    tomato on it | close the sandwich and cut it in half
vegetable soup | two carrots, two potatoes, a leek, water and salt | cut the vegetables into small pieces | boil
    them in the water for half an hour | add salt to taste
hot chocolate | two cups of milk, two spoons of cocoa and one spoon of sugar | mix cocoa and sugar with a little
    milk | heat the rest of the milk | stir in the cocoa
pasta with tomato sauce | some pasta, a can of tomatoes, one onion, oil and salt | boil the pasta in salted water |
    fry the onion in oil | add the tomatoes and cook for ten minutes | pour the sauce over the pasta
""")
# goal | tips
TIPS = table("""
sleep better | go to bed at the same time every night | keep the bedroom cool and dark | put the phone away an hour
    before bed | do not drink coffee in the evening
save money at home | write down what you spend | cook at home more often | turn off lights you do not need | compare
    prices before you buy
learn new words | write each word in a sentence of your own | repeat the words every day | put small cards around
    the house | read a little every evening
keep a desk tidy | put every thing back after use | throw away old paper each Friday | keep only today's work in
    front of you | use boxes for small things
grow tomatoes | give them a sunny place | water the soil and not the leaves | tie the stems to sticks | pick the
    fruit often
give a good talk | practise in front of a friend | start with a short story | speak slowly and look at the people |
    keep your slides simple
get up early | put the alarm clock across the room | go to bed earlier | open the curtains at once | plan something
    nice for breakfast
save water | take short showers | turn off the tap while you brush your teeth | collect rain for the garden | repair
    dripping taps
read more | carry a book with you | read ten pages before sleep | join a library | stop reading books that bore you
make friends in a new town | join a club | say hello to your neighbours | invite people for tea | help at a local event
study for a test | start a week before | make a plan for each day | explain the matter to someone else | take a
    short break every half hour
travel with small children | bring games and snacks | plan many breaks | leave early in the day | pack dry clothes
stay calm before a test | breathe slowly | sleep well the night before | arrive early | start with the easy tasks
write clearly | use short sentences | say the main point first | cut words you do not need | read the text aloud
waste less food | plan your meals | store food properly | freeze what you cannot eat in time | make soup from what
    is left
""")
# trouble | advice | more
ADVICE = table("""
My flatmate never washes the dishes. | Talk to your flatmate calmly and say how you feel. | A simple plan with fixed
    days for each of you may help.
I have a job interview on Monday and I am nervous. | Read about the company and practise your answers aloud. | Go to
    bed early and arrive ten minutes before the time.
My best friend is moving away. | Plan a last day together and tell your friend what you like about the time you had.
    | After the move you can call each week and visit in the holidays.
I forgot my neighbour's birthday. | Bring a small gift today and say that you are sorry. | Most people are glad even
    when it comes late.
My son does not like vegetables. | Let him choose and cook one vegetable himself each week. | Serve small amounts
    and do not force him.
I cannot decide between two jobs. | Write down what matters most to you and give each job points. | Then sleep on it
    and see which choice still feels right.
My neighbours are loud at night. | Speak with them in a friendly way during the day. | They may not know how thin
    the walls are.
I always put off my homework. | Start with only five minutes, because starting is the hardest part. | Then take a
    break as a reward.
My plants keep dying. | You may be giving them too much water. | Feel the soil first and place the pots where there
    is enough light.
I feel lonely since I moved here. | Join a club or a course where you meet the same people every week. | Friendships
    need time, so be patient with yourself.
I spend too much money on clothes. | Wait one week before you buy anything new. | Often the wish is gone by then.
My daughter is afraid of the dark. | Leave a small light on and read a story together. | Tell her that the room is
    the same by day and by night.
I had a quarrel with my brother. | Wait until you are both calm and then ask to talk. | Listen to his side first and
    say sorry for your part.
I get tired every afternoon. | Take a short walk after lunch and drink a glass of water. | If it goes on for weeks,
    ask a doctor.
My bicycle was stolen. | Report it to the police and give them the number of the frame. | Ask your insurance whether
    it pays for the loss.
I want to learn the guitar but I have little time. | Ten minutes a day are better than two hours once a week. | Keep
    the guitar where you can see it.
My boss gives me too much work. | Make a list of all tasks and show it to your boss. | Ask together which ones
    matter most.
I burned the dinner and guests come in an hour. | Make a quick pasta with tomato sauce, or order something. | Your
    guests come for you, so laugh about it with them.
""")
# trip | things | closing sentence
PACKING = table("""
a weekend by the sea | swimsuit, towel, sun cream, hat, sandals, book | A light jacket helps on windy evenings
a ski trip | warm jacket, gloves, goggles, wool socks, lip balm, ski trousers | Warm and dry feet matter most
a night in a tent | tent, sleeping bag, torch, matches, water bottle, rain jacket | Check the weather before you go
a business trip of two days | laptop, charger, clean shirt, toothbrush, notes, train ticket | Keep the papers in a
    bag of their own
a day hike in the hills | water bottle, map, sandwiches, rain jacket, plasters, hat | Wear good boots
a school trip to a museum | lunch box, water bottle, pencil, notebook, rain jacket, ticket | Leave expensive things
    at home
a long flight with a baby | nappies, bottle, spare clothes, soft toy, blanket, wipes | Keep everything within reach
a week at grandmother's farm | rubber boots, old trousers, pyjamas, warm sweater, book, present | Boots are best
    carried in a bag of their own
a picnic in the park | blanket, sandwiches, fruit, cups, knife, napkins | Take a bag for the rubbish as well
a city trip in winter | warm coat, scarf, gloves, comfortable shoes, map, umbrella | Thick socks are a good idea too
""")
# thing | good; good | bad; bad
SIDES = table("""
living in a big city | there are many jobs; you find shops and theatres nearby | rents are high; it is often noisy
living in the country | the air is clean; you have more room | shops are far away; you mostly need a car
working from home | you save the trip to work; you can plan your day freely | you see fewer people; work and free
    time mix
having a dog | a dog is good company; you walk every day | it needs much time; food and the vet cost money
having a cat | a cat keeps itself clean; it can be alone for some hours | it may scratch the sofa; someone must feed
    it when you travel
going to work by bicycle | it keeps you fit; it costs almost nothing | rain is unpleasant; long ways take much time
going to work by car | you leave when you like; you stay dry | fuel is expensive; you may get stuck in traffic
learning online | you can learn at any time; you save the way to school | you need strong discipline; it is harder
    to meet others
buying second-hand clothes | they are cheap; nothing good is thrown away | sizes are limited; you have to search longer
shopping at a market | the food is fresh; you can talk to the farmers | it is open only on some days; prices are
    sometimes higher
travelling by train | you can read on the way; it is kind to the climate | you depend on the timetable; you may have
    to change trains
travelling by plane | it is fast; far places are within reach | it harms the climate; airports are tiring
school uniforms | nobody is judged by clothes; mornings are simpler | children cannot show their own style; they
    cost extra money
getting up early | you have a quiet start; you get more done before noon | you are tired in the evening; you miss
    late events
renting a flat | you can move easily; the landlord pays for repairs | rent never ends; you may not change much
having a garden | you can grow your own food; it is a calm place | it is a lot of work; it needs water in summer
""")
# one | two | what both do | one differs | two differs
COMPARISONS = table("""
cats | dogs | are popular pets | cats like to be on their own at times | dogs need more walks and company
tea | coffee | are hot drinks with caffeine | tea is made from leaves | coffee is made from roasted beans
frogs | toads | are amphibians that lay eggs in water | frogs have smooth, wet skin and jump far | toads have dry,
    rough skin and mostly walk
lakes | rivers | hold fresh water as a rule | lakes stay in one place | rivers flow towards the sea
butter | olive oil | are fats used in cooking | butter comes from milk | olive oil is pressed from olives
trains | buses | carry many people | trains run on rails | buses drive on roads
violins | guitars | are string instruments | violins are mostly played with a bow | guitars are played with the
    fingers or a pick
books | films | tell stories | books leave the pictures to your mind | films show everything on a screen
stars | planets | can be seen in the night sky | stars make their own light | planets only reflect light
insects | spiders | are small animals without bones | insects have six legs | spiders have eight legs
fruit juice | lemonade | are cold drinks | pure fruit juice comes only from fruit | lemonade is water with sugar and
    lemon
a city | a village | are places where people live | a city has many thousands of people | a village has only a few
    hundred or fewer
summer | winter | are seasons | summer is warm with long days | winter is cold with short days
emails | letters | are written messages | emails arrive within seconds | letters are on paper and take days
oaks | pines | are trees | oaks lose their leaves in autumn | pines keep their needles all year
whales | sharks | live in the sea | whales are mammals and breathe air | sharks are fish and breathe with gills
bees | wasps | are insects that can sting | bees make honey and feed on flowers | wasps make no honey and also hunt
    insects
""")
# plan | parts of two hours each
PLANS = table("""
a day of cleaning the house | tidy the kitchen and wash the floor | wash the windows | clean the bathroom | sort old
    clothes
a study day | read the first chapter | write a summary | have lunch and take a walk | solve practice tasks
a children's party | blow up balloons and set the table | welcome the children and play games | eat cake | make
    paper hats
a day trip to the coast | take the train | walk along the beach | have lunch at the harbour | visit the lighthouse
a working day at home | answer emails | write the report | have lunch and rest | call the customers
a visit to the museum | meet at the door and buy tickets | see the old paintings | have lunch in the cafe | draw a
    picture you liked
a day in the garden | pull out the weeds | plant the young cabbages | have a picnic in the shade | water the beds
a rainy Sunday | have a long breakfast | play board games | cook soup together | watch a film
a first day for a new colleague | show the office | explain the computer system | have lunch with the team | plan
    the first week
""")
