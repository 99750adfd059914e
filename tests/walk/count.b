A countdown that copies: c0 = 60 then c1 gets 2 for each
++++++++[>++++++++<-]>----[>++<-]>.
