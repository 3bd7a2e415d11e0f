from django.urls import path

from core.portfolio import views

urlpatterns = [
    path("portfolio/", views.OwnPortfolio.as_view()),
    path("portfolio/works/", views.PassedWorks.as_view()),
    path("portfolio/address/", views.PortfolioAddress.as_view()),
    path("portfolio/<slug:address>/", views.PublicPortfolio.as_view()),
]
