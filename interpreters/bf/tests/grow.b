Walks far past the cells that the tape has at first:
two counters wander right together 64005 cells and leave a trail of ones

>-[>-----[-[->+<]<[->+<]+>>]<-]

Back along the trail to cell 0 and to its end again and back
<[<]>[>]<[<]

Then says so

++++++++[>++++++++++++++<-]>--.----.[-]++++++++++.
